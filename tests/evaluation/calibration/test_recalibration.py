import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from pneumoscope.evaluation.calibration.recalibration import (
    at_prevalence,
    calibration_slope_intercept,
    fit_temperature,
    recalibrate,
)
from pneumoscope.evaluation.records import CalibrationMap


def _overconfident(seed=0):
    rng = np.random.default_rng(seed)
    chance = rng.beta(2, 2, 400)
    return rng.random(400) < chance, recalibrate(chance, 1 / 0.4)


def test_slope_and_intercept_computed_by_hand():
    # Observed odds of 3 and 1/3 where the scores say 4 and 1/4.
    line = calibration_slope_intercept([1, 1, 1, 0, 1, 0, 0, 0], [0.8] * 4 + [0.2] * 4)
    assert line.slope == pytest.approx(np.log(3) / np.log(4))
    assert line.intercept == pytest.approx(0, abs=1e-9)
    assert line.in_the_large == pytest.approx(0, abs=1e-9)
    assert line.reason is None


def test_slope_and_intercept_agree_with_unpenalised_logistic_regression():
    label, score = _overconfident()
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12)
    model.fit(logit(score)[:, None], label)
    line = calibration_slope_intercept(label, score)
    assert line.slope == pytest.approx(model.coef_[0, 0], abs=1e-8)
    assert line.intercept == pytest.approx(model.intercept_[0], abs=1e-8)
    assert line.slope < 0.6


@pytest.mark.parametrize("centre", [0.0, -4.0])
def test_a_network_that_has_learnt_little_is_fitted_as_exactly_as_another(centre):
    # Its scores lie close together, and far from 0.5: the same fit, shifted and stretched.
    label, score = _overconfident()
    line = calibration_slope_intercept(label, score)
    close = expit(centre + 1e-4 * logit(score))
    found = calibration_slope_intercept(label, close)
    assert found.slope == pytest.approx(1e4 * line.slope, rel=1e-6)
    assert found.intercept == pytest.approx(line.intercept - 1e4 * line.slope * centre, rel=1e-6)


def test_scores_that_differ_by_rounding_alone_are_equal():
    score = np.float32(0.52) + np.spacing(np.float32(0.52)) * np.array([0, 1, 0, 1])
    line = calibration_slope_intercept([0, 1, 1, 0], score)
    assert (line.slope, line.reason) == (None, "all scores are equal")


def test_calibration_in_the_large_makes_the_mean_score_the_observed_share():
    # Odds of 1 where the score says 4: the logit is too high by log 4.
    line = calibration_slope_intercept([1, 0], [0.8, 0.8])
    assert line.in_the_large == pytest.approx(-np.log(4))
    assert (line.slope, line.reason) == (None, "all scores are equal")


@pytest.mark.parametrize(
    ("label", "score", "reason"),
    [
        ([1, 1], [0.2, 0.7], "PNEUMONIA or NORMAL is absent"),
        ([0, 0, 1, 1], [0.1, 0.3, 0.3, 0.9], "one threshold separates the classes"),
        ([1, 0], [0.2, 0.7], "one threshold separates the classes"),
    ],
)
def test_an_undefined_slope_has_a_reason(label, score, reason):
    line = calibration_slope_intercept(label, score)
    assert line.slope is None
    assert line.intercept is None
    assert line.reason.startswith(reason)


def test_saturated_scores_keep_a_finite_slope():
    label, score = _overconfident()
    saturated = calibration_slope_intercept([*label, 1, 0], [*score, 1.0, 0.0])
    assert 0 < saturated.slope < 1


def test_temperature_computed_by_hand():
    # Three of four are right where the score says nine of ten: log 9 / log 3.
    assert fit_temperature([1, 1, 1, 0, 0], [0.9, 0.9, 0.9, 0.9, 0.5]).value == pytest.approx(2)


def test_the_temperature_has_a_smaller_log_loss_than_its_neighbours():
    label, score = _overconfident()
    best = fit_temperature(label, score).value
    losses = [log_loss(label, recalibrate(score, 1 / (best * k))) for k in (0.99, 1.0, 1.01)]
    assert losses[1] < min(losses[0], losses[2])
    assert losses[1] < log_loss(label, score)


def test_calibrated_scores_need_no_further_temperature():
    label, score = _overconfident()
    calibrated = recalibrate(score, 1 / fit_temperature(label, score).value)
    assert fit_temperature(label, calibrated).value == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("label", "score", "reason"),
    [
        ([0, 1], [0.2, 0.7], "0.5 separates the classes"),
        ([1, 0], [0.2, 0.7], "scores do not rise with PNEUMONIA"),
        ([0, 1], [0.5, 0.5], "scores do not rise with PNEUMONIA"),
        ([1, 1], [0.2, 0.7], "PNEUMONIA or NORMAL is absent"),
        ([], [], "PNEUMONIA or NORMAL is absent"),
    ],
)
def test_an_undefined_temperature_has_a_reason(label, score, reason):
    temperature = fit_temperature(label, score)
    assert temperature.value is None
    assert temperature.reason.startswith(reason)


def test_recalibration_keeps_the_order_and_without_intercept_the_half():
    score = np.array([0.01, 0.5, 0.7, 0.99])
    softened = recalibrate(score, 0.5)
    assert (np.diff(softened) > 0).all()
    assert softened[1] == 0.5
    assert recalibrate(score, 1.0) == pytest.approx(score, abs=1e-12)
    assert recalibrate(softened, 2.0) == pytest.approx(score, abs=1e-12)


def test_an_intercept_multiplies_the_odds():
    assert recalibrate([0.5], 1.0, np.log(4)) == pytest.approx([0.8])


@pytest.mark.parametrize("slope", [0, -1.0, float("nan")])
def test_a_slope_that_does_not_rise_is_refused(slope):
    with pytest.raises(ValueError, match="expected a slope above 0, received"):
        recalibrate([0.5], slope)


def test_another_prevalence_multiplies_the_odds_by_the_ratio_of_the_odds():
    # Odds of 3 where half have pneumonia; where a fifth has, the odds before were 1/4, not 1.
    line = at_prevalence(CalibrationMap(1.0), 0.5, 0.2)
    assert recalibrate([0.75], line.slope, line.intercept) == pytest.approx([(3 / 4) / (1 + 3 / 4)])
    assert at_prevalence(CalibrationMap(2.0, 0.3), 0.7, 0.7) == CalibrationMap(2.0, 0.3)


def test_a_map_fitted_elsewhere_is_right_where_only_the_mix_differs():
    rng = np.random.default_rng(2)

    def sample(count: int, share: float) -> tuple[np.ndarray, np.ndarray]:
        label = rng.random(count) < share
        return label, rng.normal(np.where(label, 1.0, -1.0))

    line = at_prevalence(CalibrationMap(2.0, logit(0.7)), 0.7, 0.1)
    label, found = sample(20_000, 0.1)
    mended = recalibrate(expit(found), line.slope, line.intercept)
    fitted = calibration_slope_intercept(label, mended)
    assert (fitted.slope, fitted.in_the_large) == pytest.approx((1, 0), abs=0.06)
