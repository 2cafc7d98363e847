"""Calibrators: maps from scores to probabilities, fitted on validation."""

import numpy as np
from numpy.typing import ArrayLike

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.calibration.recalibration import (
    ONE_CLASS,
    ROUNDED,
    fit_temperature,
    logistic_fit,
    logits_of,
)
from pneumoscope.evaluation.records import CalibrationMap
from pneumoscope.evaluation.score_arrays import checked_labels, checked_scores
from pneumoscope.naming import CalibrationMethod

_NOT_RISING = "scores do not rise with PNEUMONIA"


def fit_calibrator(
    label: ArrayLike, score: ArrayLike, method: CalibrationMethod
) -> tuple[CalibrationMap | None, str | None]:
    """Fit a map of logits; fit it on validation alone.

    Platt's line learns a slope and an intercept, and so mends scores that are too high or too
    low throughout: `class_weights` and resampled training rows lead to such scores. Its targets
    lie a little inside 0 and 1, as they would after one more radiograph of each class, so it
    stays finite where a threshold separates the classes of a small validation. A temperature
    learns one number and keeps 0.5 where it is.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        method: Which of the two.

    Returns:
        The map and None; or None and the reason: a class is absent, scores are all equal or do
        not rise with PNEUMONIA, or 0.5 separates the classes (a temperature).

    Raises:
        ValueError: If labels or scores are impossible.

    Source: Platt 1999, Probabilistic Outputs for Support Vector Machines; Guo and others 2017,
        arXiv:1706.04599. Compared in docs/evaluation.md.
    """
    labels = checked_labels(label)
    scores = checked_scores(score, labels.size)
    if labels.all() or not labels.any():
        return None, ONE_CLASS
    if method is CalibrationMethod.TEMPERATURE:
        fitted = fit_temperature(labels, scores)
        return (CalibrationMap(1 / fitted.value), None) if fitted.value else (None, fitted.reason)
    if np.ptp(scores) <= ROUNDED:
        return None, "all scores are equal"
    intercept, slope = logistic_fit(_smoothed(labels), logits_of(scores))
    return (CalibrationMap(slope, intercept), None) if slope > 0 else (None, _NOT_RISING)


def _smoothed(labels: BoolArray) -> FloatArray:
    """Return Platt's targets: the share of each class as Laplace's rule of succession has it."""
    positives = int(labels.sum())
    negatives = labels.size - positives
    return np.where(labels, (positives + 1) / (positives + 2), 1 / (negatives + 2))
