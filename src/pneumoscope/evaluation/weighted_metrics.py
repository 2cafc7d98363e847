"""Every metric for many sets of weights at once: the arithmetic behind metrics and intervals."""

import numpy as np
from numpy.typing import ArrayLike

from pneumoscope.evaluation.calibration.reliability import calibration_errors
from pneumoscope.evaluation.score_arrays import (
    BoolArray,
    FloatArray,
    checked_labels,
    checked_scores,
    checked_weights,
    ratio,
)
from pneumoscope.naming import Metric


def weighted_metrics(
    label: ArrayLike, score: ArrayLike, weight: ArrayLike | None, threshold: float, bins: int
) -> dict[Metric, FloatArray]:
    """Compute every metric once for each row of weights.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        weight: Shape (n,) or (resamples, n), not negative; None weighs every radiograph 1.
        threshold: A score of at least this is predicted PNEUMONIA.
        bins: Equal-width bins of the expected calibration error.

    Returns:
        For each metric an array of shape (resamples,), NaN where it is undefined.

    Raises:
        ValueError: If labels, scores, weights, threshold or bins are impossible.
    """
    labels = checked_labels(label)
    scores = checked_scores(score, labels.size)
    weights = checked_weights(weight, labels.size)
    brier = ratio(weights @ (scores - labels) ** 2, weights.sum(axis=1))
    return {
        **_thresholded(weighted_counts(labels, scores, weights, threshold)),
        **_ranked(labels, scores, weights),
        Metric.BRIER: brier,
        Metric.ECE: calibration_errors(labels, scores, weights, bins),
    }


def weighted_counts(
    labels: BoolArray, scores: FloatArray, weights: FloatArray, threshold: float
) -> FloatArray:
    """Sum the weights in each cell of the confusion matrix.

    Args:
        labels: Shape (n,), true where PNEUMONIA.
        scores: Shape (n,), in [0, 1].
        weights: Shape (resamples, n).
        threshold: A score of at least this is predicted PNEUMONIA.

    Returns:
        Shape (4, resamples): true negatives, false positives, false negatives, true positives.

    Raises:
        ValueError: If the threshold is NaN.
    """
    if np.isnan(threshold):
        raise ValueError("expected a threshold, received NaN; choose one on validation first")
    cells = 2 * labels + (scores >= threshold)
    return (weights @ (cells[:, None] == np.arange(4)).astype(np.float64)).T


def _thresholded(counts: FloatArray) -> dict[Metric, FloatArray]:
    tn, fp, fn, tp = counts
    precision, npv = ratio(tp, tp + fp), ratio(tn, tn + fn)
    sensitivity, specificity = ratio(tp, tp + fn), ratio(tn, tn + fp)
    f1, f1_normal = ratio(2 * tp, 2 * tp + fp + fn), ratio(2 * tn, 2 * tn + fp + fn)
    return {
        Metric.ACCURACY: ratio(tn + tp, counts.sum(axis=0)),
        Metric.PRECISION: precision,
        Metric.SENSITIVITY: sensitivity,
        Metric.SPECIFICITY: specificity,
        Metric.F1: f1,
        Metric.MACRO_PRECISION: (precision + npv) / 2,
        Metric.MACRO_RECALL: (sensitivity + specificity) / 2,
        Metric.MACRO_F1: (f1 + f1_normal) / 2,
    }


def _ranked(labels: BoolArray, scores: FloatArray, weights: FloatArray) -> dict[Metric, FloatArray]:
    order = np.argsort(-scores, kind="stable")
    # Radiographs with equal scores cross any threshold together: one step of the curve.
    last_of_tie = np.append(np.flatnonzero(np.diff(scores[order])), np.arange(labels.size)[-1:])
    ordered = weights[:, order]
    tp = np.cumsum(ordered * labels[order], axis=1)[:, last_of_tie]
    fp = np.cumsum(ordered * ~labels[order], axis=1)[:, last_of_tie]
    positives, negatives = weights @ labels, weights @ ~labels
    tp_steps = np.diff(tp, axis=1, prepend=0.0)
    fp_steps = np.diff(fp, axis=1, prepend=0.0)
    area = ((tp - tp_steps / 2) * fp_steps).sum(axis=1)
    # A step without weight has no precision, and adds nothing.
    precision = np.nan_to_num(ratio(tp, tp + fp))
    return {
        Metric.AUROC: ratio(area, positives * negatives),
        Metric.AVERAGE_PRECISION: ratio((tp_steps * precision).sum(axis=1), positives),
    }
