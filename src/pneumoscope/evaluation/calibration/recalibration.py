"""Maps on the logits of scores that bring them nearer to probabilities, or measure how far."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import CalibrationMap
from pneumoscope.evaluation.score_arrays import checked_labels, checked_scores

# A float32 sigmoid saturates near here; beyond it the logit would be infinite.
_SATURATED = 1e-7
ROUNDED = 1e-6
"""Scores of one film differ by less from one batch to another: they count as equal."""
ONE_CLASS = "PNEUMONIA or NORMAL is absent"
"""Why nothing can be fitted to labels of one class."""


@dataclass(frozen=True)
class CalibrationLine:
    """Logistic recalibration: logit P(PNEUMONIA) = intercept + slope * logit(score).

    Attributes:
        slope: 1 is ideal; below 1 the scores are too extreme. None where undefined.
        intercept: 0 is ideal, fitted together with the slope. None where undefined.
        in_the_large: The intercept when the slope is held at 1; above 0 the scores are too
            low on average. None where undefined.
        reason: Why a number is None; None when all are defined.
    """

    slope: float | None
    intercept: float | None
    in_the_large: float | None
    reason: str | None = None


def calibration_slope_intercept(label: ArrayLike, score: ArrayLike) -> CalibrationLine:
    """Fit logistic recalibration by maximum likelihood, without a penalty.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1]; read as if within [1e-7, 1 - 1e-7].

    Returns:
        Slope and intercepts, or None with the reason: a class is absent, all scores are equal
        (within 1e-6, which is rounding), or one threshold separates the classes, so that the
        slope grows without bound.

    Raises:
        ValueError: If labels or scores are impossible.

    Source: Cox 1958; in the large: Van Calster and others 2019, doi:10.1186/s12916-019-1466-7.
    """
    labels = checked_labels(label)
    scores = checked_scores(score, labels.size)
    logits = logits_of(scores)
    if labels.all() or not labels.any():
        return CalibrationLine(None, None, None, ONE_CLASS)
    in_the_large = shift_of(labels, logits)
    normal, pneumonia = logits[~labels], logits[labels]
    if np.ptp(scores) <= ROUNDED:
        return CalibrationLine(None, None, in_the_large, "all scores are equal")
    if normal.max() <= pneumonia.min() or pneumonia.max() <= normal.min():
        reason = "one threshold separates the classes, so the slope grows without bound"
        return CalibrationLine(None, None, in_the_large, reason)
    intercept, slope = logistic_fit(labels, logits)
    return CalibrationLine(slope, intercept, in_the_large)


def fit_temperature(label: ArrayLike, score: ArrayLike) -> Estimate:
    """Find the temperature with the smallest log loss; fit it on validation alone.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1]; read as if within [1e-7, 1 - 1e-7].

    Returns:
        The temperature, or None with the reason: a class is absent, 0.5 separates the classes
        (it would shrink to 0), or scores do not rise with PNEUMONIA (it would grow without
        bound).

    Raises:
        ValueError: If labels or scores are impossible.

    Source: Guo and others 2017, arXiv:1706.04599.
    """
    labels = checked_labels(label)
    scores = checked_scores(score, labels.size)
    logits = logits_of(scores)
    if labels.all() or not labels.any():
        return Estimate(None, reason=ONE_CLASS)

    def slope(inverse: float) -> float:
        return float(np.mean((expit(inverse * logits) - labels) * logits))

    if slope(0.0) >= 0:
        return Estimate(None, reason="scores do not rise with PNEUMONIA around 0.5")
    if np.where(labels, logits, -logits).min() >= 0:
        reason = "0.5 separates the classes, so no finite temperature is best"
        return Estimate(None, reason=reason)
    highest = 1.0
    # The log loss is convex in 1 / temperature: beyond its minimum the slope is above 0.
    while slope(highest) <= 0:
        highest *= 2
    return Estimate(1 / _root(slope, 0.0, highest))


def recalibrate(score: ArrayLike, slope: float, intercept: float = 0.0) -> FloatArray:
    """Map the logits of scores: new logit = intercept + slope * logit.

    Args:
        score: Shape (n,), in [0, 1]; read as if within [1e-7, 1 - 1e-7].
        slope: Above 0; 1 / temperature.
        intercept: Added to every logit.

    Returns:
        Shape (n,), in (0, 1), in the same order from low to high as before.

    Raises:
        ValueError: If the slope is not above 0 or a score is impossible.
    """
    if not slope > 0:
        raise ValueError(f"expected a slope above 0, received {slope}; fit it on validation first")
    logits = logits_of(checked_scores(score, np.size(score)))
    calibrated: FloatArray = expit(intercept + slope * logits)
    return calibrated


def at_prevalence(line: CalibrationMap, learnt_at: float, wanted: float) -> CalibrationMap:
    """Carry a map over to another prevalence by Bayes' theorem.

    It holds where PNEUMONIA and NORMAL look as they did, and are only mixed otherwise.

    Args:
        line: A map fitted to radiographs of which a share `learnt_at` is PNEUMONIA.
        learnt_at: In (0, 1).
        wanted: Share of PNEUMONIA that the probabilities shall hold for, in (0, 1).

    Source: Saerens, Latinne and Decaestecker 2002, doi:10.1162/089976602753284446.
    """
    shift = float(logit(wanted) - logit(learnt_at))
    return CalibrationMap(line.slope, line.intercept + shift)


def logits_of(scores: FloatArray) -> FloatArray:
    """Return the logits of scores, those at 0 and 1 read as 1e-7 and 1 - 1e-7."""
    logits: FloatArray = logit(np.clip(scores, _SATURATED, 1 - _SATURATED))
    return logits


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    # Loading SciPy's optimisers takes longer than listing the pipelines should.
    from scipy.optimize import root_scalar

    return float(root_scalar(function, bracket=(low, high), xtol=1e-12).root)


def shift_of(labels: BoolArray, logits: FloatArray) -> float:
    """Return what added to every logit makes the mean score the observed share of PNEUMONIA.

    Args:
        labels: Shape (n,), of both classes.
        logits: Shape (n,).
    """
    return _root(lambda shift: float((expit(logits + shift) - labels).sum()), -60, 60)


def logistic_fit(targets: BoolArray | FloatArray, logits: FloatArray) -> tuple[float, float]:
    """Return intercept and slope of the largest likelihood, without a penalty.

    Args:
        targets: Shape (n,), labels or shares of PNEUMONIA in [0, 1]; no threshold on the logits
            separates those of 0 from those of 1.
        logits: Shape (n,), not all equal.
    """
    # Loading scikit-learn takes half a second, which listing the pipelines need not wait for.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    # Newton's steps settle fast where logits are centred.
    centre, spread = float(logits.mean()), float(logits.std())
    # A share is two radiographs, one of each class, that weigh as much as one.
    design = np.tile((logits - centre) / spread, 2)[:, None]
    shares = np.concatenate([targets, 1.0 - targets])
    fit = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10, max_iter=1000)
    with warnings.catch_warnings():
        # Near separation it goes on with another solver, and says so.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit.fit(design, np.repeat([1, 0], logits.size), sample_weight=shares)
    slope = float(fit.coef_[0, 0]) / spread
    return float(fit.intercept_[0]) - slope * centre, slope
