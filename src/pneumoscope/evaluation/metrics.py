"""Metrics of labels and scores at one threshold, each with a reason where it is undefined."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pneumoscope.evaluation.score_arrays import (
    checked_labels,
    checked_scores,
    checked_weights,
    plain,
    ratio,
)
from pneumoscope.evaluation.weighted_metrics import weighted_counts, weighted_metrics
from pneumoscope.naming import Label, Metric

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


@dataclass(frozen=True)
class Confusion:
    """Counts of radiographs; PNEUMONIA is the positive class."""

    tn: int
    fp: int
    fn: int
    tp: int


@dataclass(frozen=True)
class ClassMetrics:
    """Precision, recall and F1 of one class, each in [0, 1] or None where undefined."""

    precision: float | None
    recall: float | None
    f1: float | None


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


def per_class(counts: Confusion) -> dict[Label, ClassMetrics]:
    """Compute precision, recall and F1 with each class taken as the positive one in turn.

    Args:
        counts: The confusion matrix.

    Returns:
        The metrics of NORMAL and of PNEUMONIA.
    """
    return {
        Label.NORMAL: _class_metrics(counts.tn, counts.fn, counts.fp),
        Label.PNEUMONIA: _class_metrics(counts.tp, counts.fp, counts.fn),
    }


def ppv_npv(
    sensitivity: float, specificity: float, prevalence: float
) -> tuple[float | None, float | None]:
    """Carry predictive values over to another prevalence by Bayes' theorem.

    Args:
        sensitivity: In [0, 1].
        specificity: In [0, 1].
        prevalence: Share of PNEUMONIA among those examined, in [0, 1].

    Returns:
        Positive and negative predictive value; None where nobody is predicted to belong to
        that class.

    Raises:
        ValueError: If an argument lies outside [0, 1].
    """
    given = (sensitivity, specificity, prevalence)
    if not all(0 <= share <= 1 for share in given):
        raise ValueError(
            f"expected sensitivity, specificity and prevalence in [0, 1], received {given}; "
            "give shares, not percentages"
        )
    tp, fn = sensitivity * prevalence, (1 - sensitivity) * prevalence
    tn, fp = specificity * (1 - prevalence), (1 - specificity) * (1 - prevalence)
    return _share(tp, tp + fp), _share(tn, tn + fn)


def _cells(
    label: ArrayLike, score: ArrayLike, threshold: float, weight: ArrayLike | None
) -> list[float]:
    labels = checked_labels(label)
    scores = checked_scores(score, labels.size)
    weights = checked_weights(weight, labels.size)
    cells: list[float] = weighted_counts(labels, scores, weights, threshold)[:, 0].tolist()
    return cells


def _share(part: float, whole: float) -> float | None:
    return plain(float(ratio(np.float64(part), np.float64(whole))))


def _class_metrics(hits: int, false_alarms: int, misses: int) -> ClassMetrics:
    return ClassMetrics(
        precision=_share(hits, hits + false_alarms),
        recall=_share(hits, hits + misses),
        f1=_share(2 * hits, 2 * hits + false_alarms + misses),
    )
