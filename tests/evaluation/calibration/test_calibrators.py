import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from pneumoscope.evaluation.calibration.calibrators import fit_calibrator
from pneumoscope.evaluation.calibration.recalibration import recalibrate
from pneumoscope.naming import CalibrationMethod

PLATT, TEMPERATURE = CalibrationMethod.PLATT, CalibrationMethod.TEMPERATURE


def shifted(count: int = 500, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and scores that are too extreme and too high throughout."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1, count)
    return rng.random(count) < expit(logits), expit(2 * logits + 1)


@pytest.mark.parametrize("count", [20, 500])
def test_platt_agrees_with_scikit_learn(count):
    label, score = shifted(count)
    logits = logit(score)[:, None]
    model = LogisticRegression().fit(logits, label)
    reference = CalibratedClassifierCV(FrozenEstimator(model), ensemble=False).fit(logits, label)
    line, reason = fit_calibrator(label, score, PLATT)
    mapped = recalibrate(score, line.slope, line.intercept)
    assert mapped == pytest.approx(reference.predict_proba(logits)[:, 1], abs=1e-4)
    assert reason is None


def test_platt_mends_a_shift_that_a_temperature_cannot():
    label, score = shifted()
    losses = {
        method: log_loss(label, recalibrate(score, line.slope, line.intercept))
        for method in CalibrationMethod
        if (line := fit_calibrator(label, score, method)[0])
    }
    assert losses[PLATT] < losses[TEMPERATURE] < log_loss(label, score)


def test_platt_stays_finite_where_a_threshold_separates_the_classes():
    # Targets 3/4 and 1/4 at scores whose odds are 4 and 1/4: log 3 / log 4.
    line, reason = fit_calibrator([1, 1, 0, 0], [0.8, 0.8, 0.2, 0.2], PLATT)
    assert line.slope == pytest.approx(np.log(3) / np.log(4))
    assert line.intercept == pytest.approx(0, abs=1e-9)
    assert reason is None


def test_a_temperature_is_a_slope_without_intercept():
    # Three of four are right where the score says nine of ten: log 9 / log 3.
    line, _ = fit_calibrator([1, 1, 1, 0, 0], [0.9, 0.9, 0.9, 0.9, 0.5], TEMPERATURE)
    assert (line.slope, line.intercept) == (pytest.approx(0.5), 0.0)


@pytest.mark.parametrize(
    ("label", "score", "reason"),
    [
        ([1, 1], [0.2, 0.7], "PNEUMONIA or NORMAL is absent"),
        ([], [], "PNEUMONIA or NORMAL is absent"),
        ([0, 1], [0.5, 0.5], "all scores are equal"),
        ([0, 1], [0.5, 0.5 + 5e-7], "all scores are equal"),
        ([1, 0, 1, 0], [0.2, 0.3, 0.6, 0.7], "scores do not rise with PNEUMONIA"),
    ],
)
def test_platt_without_an_answer_has_a_reason(label, score, reason):
    line, found = fit_calibrator(label, score, PLATT)
    assert line is None
    assert found.startswith(reason)


def test_a_temperature_without_an_answer_has_a_reason():
    line, reason = fit_calibrator([0, 1], [0.2, 0.7], TEMPERATURE)
    assert line is None
    assert reason.startswith("0.5 separates the classes")
