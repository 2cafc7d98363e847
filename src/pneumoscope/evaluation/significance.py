"""Tests of whether two architectures differ on the same radiographs."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from pneumoscope.evaluation.score_arrays import (
    BoolArray,
    FloatArray,
    checked_labels,
    checked_scores,
)


class DeLong(NamedTuple):
    """Two AUROCs on the same radiographs, and the test of their difference.

    Attributes:
        auc_a: AUROC of the first scores.
        auc_b: AUROC of the second scores.
        z: Difference in standard errors, above 0 when the first is better; None when the
            difference does not vary between radiographs, so that it has no standard error.
        p: Two-sided p value; None with z.
    """

    auc_a: float
    auc_b: float
    z: float | None
    p: float | None


def delong(label: ArrayLike, score_a: ArrayLike, score_b: ArrayLike) -> DeLong:
    """Test whether two AUROCs on the same radiographs differ.

    The test takes radiographs as independent. With several radiographs a child the p value is
    too small; read it together with the intervals over patients.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score_a: Shape (n,), in [0, 1].
        score_b: Shape (n,), in [0, 1].

    Returns:
        Both AUROCs, z and the two-sided p value.

    Raises:
        ValueError: If labels or scores are impossible, or a class has fewer than two
            radiographs.

    Source: DeLong and others 1988; in n log n by Sun and Xu 2014, doi:10.1109/LSP.2014.2337313.
    """
    labels = checked_labels(label)
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if min(positives, negatives) < 2:
        raise ValueError(
            "expected two radiographs or more of each class to compare AUROCs, received "
            f"{positives} PNEUMONIA and {negatives} NORMAL; compare on a larger split"
        )
    wins_a, losses_a = _wins(labels, checked_scores(score_a, labels.size))
    wins_b, losses_b = _wins(labels, checked_scores(score_b, labels.size))
    auc_a, auc_b = (float(wins.mean() / negatives) for wins in (wins_a, wins_b))
    win_gap, loss_gap = wins_a - wins_b, losses_a - losses_b
    # Wins are whole or half numbers, so this comparison is exact.
    if np.ptp(win_gap) == 0 and np.ptp(loss_gap) == 0:
        return DeLong(auc_a, auc_b, None, None)
    variance = np.var(win_gap / negatives, ddof=1) / positives
    variance += np.var(loss_gap / positives, ddof=1) / negatives
    z = float((auc_a - auc_b) / np.sqrt(variance))
    # Both tails of the normal distribution.
    return DeLong(auc_a, auc_b, z, math.erfc(abs(z) / math.sqrt(2)))


def mcnemar(label: ArrayLike, prediction_a: ArrayLike, prediction_b: ArrayLike) -> float:
    """Test whether two sets of predictions are wrong equally often, exactly.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        prediction_a: Shape (n,), 1 where PNEUMONIA is predicted.
        prediction_b: Shape (n,), 1 where PNEUMONIA is predicted.

    Returns:
        The two-sided binomial p value over the radiographs that exactly one of the two gets
        right; 1 when there is none.

    Raises:
        ValueError: If the arrays differ in length or hold anything but 0 and 1.

    Source: McNemar 1947; radiographs are taken as independent.
    """
    labels = checked_labels(label)
    right_a = _checked_predictions(prediction_a, labels.size) == labels
    right_b = _checked_predictions(prediction_b, labels.size) == labels
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    if only_a + only_b == 0:
        return 1.0
    # Loading scipy.stats takes longer than listing the pipelines should.
    from scipy.stats import binomtest

    return float(binomtest(only_a, only_a + only_b, 0.5).pvalue)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p values for many comparisons by Holm's step-down method.

    Args:
        p_values: One p value a comparison, in [0, 1]; None for a comparison without one.

    Returns:
        Adjusted p values in the same order, in [0, 1]; None stays None and is not counted.

    Raises:
        ValueError: If a p value lies outside [0, 1].

    Source: Holm 1979.
    """
    known = [(p, index) for index, p in enumerate(p_values) if p is not None]
    if not all(0 <= p <= 1 for p, _ in known):
        raise ValueError(f"expected p values in [0, 1], received {list(p_values)}")
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, index) in enumerate(sorted(known)):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        adjusted[index] = largest
    return adjusted


def _wins(labels: BoolArray, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """For each PNEUMONIA the NORMAL below it, for each NORMAL the PNEUMONIA below; ties half."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    pneumonia = ranks[labels] - rankdata(scores[labels])
    normal = ranks[~labels] - rankdata(scores[~labels])
    return pneumonia, normal


def _checked_predictions(prediction: ArrayLike, count: int) -> BoolArray:
    predictions = checked_labels(prediction)
    if predictions.size != count:
        raise ValueError(
            f"expected one prediction for each of the {count} labels, "
            f"received {predictions.size}; take both from the same rows"
        )
    return predictions
