import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from pneumoscope.evaluation.calibration.calibrators import fit_calibrator
from pneumoscope.evaluation.calibration.recalibration import recalibrate
from pneumoscope.naming import CalibrationMethod

PLATT, TEMPERATURE = CalibrationMethod.PLATT, CalibrationMethod.TEMPERATURE


def shifted(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and scores that are too extreme and too high throughout."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1, 500)
    return rng.random(500) < expit(logits), expit(2 * logits + 1)


def test_platt_agrees_with_unpenalised_logistic_regression():
    label, score = shifted()
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12)
    model.fit(logit(score)[:, None], label)
    fitted = fit_calibrator(label, score, PLATT)
    assert fitted.slope == pytest.approx(model.coef_[0, 0], abs=1e-8)
    assert fitted.intercept == pytest.approx(model.intercept_[0], abs=1e-8)
    mapped = recalibrate(score, fitted.slope, fitted.intercept)
    assert mapped == pytest.approx(model.predict_proba(logit(score)[:, None])[:, 1], abs=1e-8)
    assert fitted.temperature is None


def test_platt_mends_a_shift_that_a_temperature_cannot():
    label, score = shifted()
    losses = {
        method: log_loss(label, recalibrate(score, fitted.slope, fitted.intercept))
        for method in CalibrationMethod
        if (fitted := fit_calibrator(label, score, method))
    }
    assert losses[PLATT] < losses[TEMPERATURE] < log_loss(label, score)


def test_a_temperature_is_a_slope_without_intercept():
    # Three of four are right where the score says nine of ten: log 9 / log 3.
    fitted = fit_calibrator([1, 1, 1, 0, 0], [0.9, 0.9, 0.9, 0.9, 0.5], TEMPERATURE)
    assert (fitted.temperature, fitted.intercept) == (pytest.approx(2), 0.0)
    assert fitted.slope == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("label", "score", "reason"),
    [
        ([1, 1], [0.2, 0.7], "PNEUMONIA or NORMAL is absent"),
        ([], [], "PNEUMONIA or NORMAL is absent"),
        ([0, 0, 1, 1], [0.1, 0.3, 0.3, 0.9], "one threshold separates the classes"),
        ([0, 1], [0.5, 0.5], "all scores are equal"),
        ([1, 0, 1, 0], [0.2, 0.3, 0.6, 0.7], "scores do not rise with PNEUMONIA"),
    ],
)
def test_platt_without_an_answer_has_a_reason(label, score, reason):
    fitted = fit_calibrator(label, score, PLATT)
    assert (fitted.slope, fitted.intercept) == (None, None)
    assert fitted.reason.startswith(reason)


def test_a_temperature_without_an_answer_has_a_reason():
    fitted = fit_calibrator([0, 1], [0.2, 0.7], TEMPERATURE)
    assert (fitted.slope, fitted.temperature) == (None, None)
    assert fitted.reason.startswith("0.5 separates the classes")
