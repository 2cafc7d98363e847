"""Metrics of labels and scores at one threshold, each with a reason where it is undefined."""

import numpy as np
from numpy.typing import ArrayLike

from pneumoscope.evaluation.records import Confusion
from pneumoscope.evaluation.score_arrays import (
    FloatArray,
    checked_labels,
    checked_scores,
    checked_weights,
    plain,
    ratio,
)
from pneumoscope.evaluation.weighted_metrics import weighted_counts, weighted_metrics
from pneumoscope.naming import Metric

# Cells of the confusion matrix that must not all be empty, what it means when they are, and the
# metrics that are undefined then. The first reason that applies is given.
_NEEDED: tuple[tuple[tuple[str, ...], str, frozenset[Metric]], ...] = (
    (("tn", "fp", "fn", "tp"), "there is no radiograph of any weight", frozenset(Metric)),
    (
        ("fn", "tp"),
        "no radiograph is PNEUMONIA",
        frozenset(
            {Metric.SENSITIVITY, Metric.AUROC, Metric.AVERAGE_PRECISION, Metric.MACRO_RECALL}
        ),
    ),
    (
        ("tn", "fp"),
        "no radiograph is NORMAL",
        frozenset({Metric.SPECIFICITY, Metric.AUROC, Metric.MACRO_RECALL}),
    ),
    (
        ("fp", "fn", "tp"),
        "no radiograph is PNEUMONIA and none is predicted PNEUMONIA",
        frozenset({Metric.F1, Metric.MACRO_F1}),
    ),
    (
        ("tn", "fp", "fn"),
        "no radiograph is NORMAL and none is predicted NORMAL",
        frozenset({Metric.MACRO_F1}),
    ),
    (
        ("fp", "tp"),
        "no radiograph is predicted PNEUMONIA",
        frozenset({Metric.PRECISION, Metric.MACRO_PRECISION}),
    ),
    (("tn", "fn"), "no radiograph is predicted NORMAL", frozenset({Metric.MACRO_PRECISION})),
)


def confusion(label: ArrayLike, score: ArrayLike, threshold: float) -> Confusion:
    """Count right and wrong predictions.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        threshold: A score of at least this is predicted PNEUMONIA.

    Returns:
        The four counts.

    Raises:
        ValueError: If labels, scores or threshold are impossible.
    """
    tn, fp, fn, tp = (round(cell) for cell in _cells(label, score, threshold, None))
    return Confusion(tn, fp, fn, tp)


def summarise(
    label: ArrayLike,
    score: ArrayLike,
    threshold: float,
    bins: int,
    weight: ArrayLike | None = None,
) -> dict[Metric, float | None]:
    """Compute every metric.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        threshold: A score of at least this is predicted PNEUMONIA.
        bins: Equal-width bins of the expected calibration error.
        weight: Shape (n,), not negative; None weighs every radiograph 1.

    Returns:
        Each metric in [0, 1] as a plain float; None where `undefined_reasons` gives a reason.

    Raises:
        ValueError: If labels, scores, weights, threshold or bins are impossible.
    """
    values = weighted_metrics(label, score, weight, threshold, bins)
    return {metric: plain(values[metric][0]) for metric in Metric}


def undefined_reasons(
    label: ArrayLike, score: ArrayLike, threshold: float, weight: ArrayLike | None = None
) -> dict[Metric, str]:
    """Say why metrics are undefined; metrics that are defined are left out.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        threshold: A score of at least this is predicted PNEUMONIA.
        weight: Shape (n,), not negative; None weighs every radiograph 1.

    Returns:
        A reason for exactly those metrics that `summarise` gives as None.

    Raises:
        ValueError: If labels, scores, weights or threshold are impossible.
    """
    cells = dict(
        zip(("tn", "fp", "fn", "tp"), _cells(label, score, threshold, weight), strict=True)
    )
    reasons: dict[Metric, str] = {}
    for needed, reason, metrics in _NEEDED:
        if not any(cells[name] for name in needed):
            reasons = dict.fromkeys(metrics, reason) | reasons
    return {metric: reasons[metric] for metric in Metric if metric in reasons}


def ppv_npv(
    sensitivity: ArrayLike, specificity: ArrayLike, prevalence: float
) -> tuple[FloatArray, FloatArray]:
    """Carry predictive values over to another prevalence by Bayes' theorem.

    Args:
        sensitivity: In [0, 1], any shape; NaN where undefined.
        specificity: In [0, 1], of the same shape; NaN where undefined.
        prevalence: Share of PNEUMONIA among those examined, in [0, 1].

    Returns:
        Positive and negative predictive value; NaN where nobody is predicted to belong to
        that class, or where either argument is NaN.

    Raises:
        ValueError: If an argument lies outside [0, 1].
    """
    found, spared = (np.asarray(x, dtype=np.float64) for x in (sensitivity, specificity))
    for share in (found, spared, np.float64(prevalence)):
        if ((share < 0) | (share > 1)).any():
            raise ValueError(
                "expected sensitivity, specificity and prevalence in [0, 1], received "
                f"{np.nanmin(share):g} to {np.nanmax(share):g}; give shares, not percentages"
            )
    tp, fn = found * prevalence, (1 - found) * prevalence
    tn, fp = spared * (1 - prevalence), (1 - spared) * (1 - prevalence)
    return ratio(tp, tp + fp), ratio(tn, tn + fn)


def _cells(
    label: ArrayLike, score: ArrayLike, threshold: float, weight: ArrayLike | None
) -> list[float]:
    labels = checked_labels(label)
    scores = checked_scores(score, labels.size)
    weights = checked_weights(weight, labels.size)
    cells: list[float] = weighted_counts(labels, scores, weights, threshold)[:, 0].tolist()
    return cells
