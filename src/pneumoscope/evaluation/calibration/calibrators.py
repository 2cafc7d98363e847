"""What validation teaches about reading scores as probabilities: a map on their logits."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from pneumoscope.evaluation.calibration.recalibration import (
    calibration_slope_intercept,
    fit_temperature,
)
from pneumoscope.naming import CalibrationMethod


@dataclass(frozen=True)
class Calibrator:
    """The map logit(probability) = intercept + slope * logit(score).

    Attributes:
        method: How it was fitted.
        slope: Above 0, so that no ranking changes; None where undefined.
        intercept: 0 for a temperature; None where undefined.
        reason: Why it is undefined; None when it is defined.
    """

    method: CalibrationMethod
    slope: float | None
    intercept: float | None
    reason: str | None = None

    @property
    def temperature(self) -> float | None:
        """What logits are divided by, where that is all; None otherwise."""
        alone = self.method is CalibrationMethod.TEMPERATURE and self.slope is not None
        return 1 / self.slope if alone and self.slope else None


def fit_calibrator(label: ArrayLike, score: ArrayLike, method: CalibrationMethod) -> Calibrator:
    """Fit a calibrator by maximum likelihood; fit it on validation alone.

    A temperature has one number to learn and keeps 0.5 where it is. Platt's slope and
    intercept also mend scores that are too high or too low throughout, for example after
    training on another share of PNEUMONIA; two numbers need more radiographs. Labels are taken
    as they are: Platt's smoothing of targets is left out, as in logistic regression.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        method: Which of the two.

    Returns:
        The calibrator, or one without numbers and with the reason: a class is absent, one
        threshold separates the classes, or scores do not rise with PNEUMONIA.

    Raises:
        ValueError: If labels or scores are impossible.

    Source: Guo and others 2017, arXiv:1706.04599; Platt 1999, Probabilistic Outputs for Support
        Vector Machines.
    """
    if method is CalibrationMethod.TEMPERATURE:
        fitted = fit_temperature(label, score)
        if fitted.value is None:
            return Calibrator(method, None, None, fitted.reason)
        return Calibrator(method, 1 / fitted.value, 0.0)
    line = calibration_slope_intercept(label, score)
    if line.slope is None or line.intercept is None:
        return Calibrator(method, None, None, line.reason)
    if line.slope <= 0:
        return Calibrator(method, None, None, "scores do not rise with PNEUMONIA")
    return Calibrator(method, line.slope, line.intercept)
