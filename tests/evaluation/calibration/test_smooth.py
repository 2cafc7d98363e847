import numpy as np
import pytest
from scipy.special import expit, logit

from pneumoscope.evaluation.calibration.recalibration import calibration_slope_intercept
from pneumoscope.evaluation.calibration.smooth import (
    BIASED,
    calibration_index,
    curve_with_band,
    fit_curve,
)
from pneumoscope.evaluation.sample import Sample


def bent(count: int, seed: int = 0) -> Sample:
    """Scores whose logits are off by a curve that no straight line mends."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, count)
    label = rng.random(count) < expit(logits + 0.4 * logits * np.abs(logits) ** 0.5)
    return Sample.of(label, expit(logits), np.arange(count))


def truth(score: np.ndarray) -> np.ndarray:
    logits = logit(score)
    return expit(logits + 0.4 * logits * np.abs(logits) ** 0.5)


def test_a_curve_finds_what_is_bent():
    sample = bent(20_000)
    curve, reason = fit_curve(sample)
    table = curve_with_band(sample, curve, 0.95)
    assert reason is None
    assert np.abs(table["observed"] - truth(table["score"])).max() < 0.02


def test_a_band_holds_the_truth_as_often_as_it_says():
    held = []
    for seed in range(40):
        sample = bent(300, seed)
        table = curve_with_band(sample, fit_curve(sample)[0], 0.95)
        held.append(((table["low"] <= truth(table["score"])) & (
            truth(table["score"]) <= table["high"])).mean())  # fmt: skip
    assert np.mean(held) > 0.93


def test_beyond_the_outer_knots_the_logits_are_a_straight_line():
    curve, _ = fit_curve(bent(500))
    far = expit(curve.knots[-1] + np.array([0.5, 1.0, 1.5]))
    steps = np.diff(logit(curve.observed(far)))
    assert steps[0] == pytest.approx(steps[1], rel=1e-6)


def test_two_different_scores_leave_the_straight_line_of_recalibration():
    label = np.array([1, 0, 0, 1, 1, 0] * 20)
    score = np.array([0.3, 0.3, 0.3, 0.7, 0.7, 0.7] * 20)
    curve, _ = fit_curve(Sample.of(label, score, np.arange(120)))
    line = calibration_slope_intercept(label, score)
    expected = expit(line.intercept + line.slope * logit([0.3, 0.7]))
    assert curve.observed(np.array([0.3, 0.7])) == pytest.approx(expected, abs=1e-3)


def test_copies_of_a_patients_films_do_not_narrow_the_band():
    one = bent(200)
    thrice = Sample(*(np.tile(part, 3) for part in (one.label, one.score, one.patient)), 200)
    widths = [
        (lambda table: (table["high"] - table["low"]).mean())(
            curve_with_band(sample, fit_curve(sample)[0], 0.95)
        )
        for sample in (one, thrice)
    ]
    assert widths[1] == pytest.approx(widths[0], rel=0.15)


def test_the_index_is_the_mean_distance_from_the_curve():
    label = [1] * 8 + [0] * 2 + [1] * 2 + [0] * 8
    score = [0.7] * 10 + [0.3] * 10
    found = calibration_index(Sample.of(label, score, np.arange(20)))
    assert found.value == pytest.approx(0.1, abs=1e-3)
    assert (found.bounds, found.reason) == (None, BIASED)


@pytest.mark.parametrize(
    ("label", "score", "reason"),
    [
        ([1, 1], [0.2, 0.7], "PNEUMONIA or NORMAL is absent"),
        ([0, 1], [0.5, 0.5], "all scores are equal"),
        ([0, 1], [0.2, 0.7], "one threshold separates the classes"),
    ],
)
def test_without_a_curve_there_is_the_reason(label, score, reason):
    sample = Sample.of(label, score, [0, 1])
    curve, found = fit_curve(sample)
    assert curve is None
    assert found.startswith(reason)
    assert calibration_index(sample).reason == found
