"""Significance tests of two models on the same radiographs, clustered in patients."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.measured import Measured
from pneumoscope.evaluation.ranking import Spread

_ROUNDING = 1e-12


def auroc_p(first: tuple[float, Spread], second: tuple[float, Spread]) -> float | None:
    """Test whether two AUROCs differ, by Obuchowski's test.

    With one radiograph a patient, or where each counts as a patient, it is DeLong's.

    Args:
        first: AUROC and spread, as `auroc_spread` gives them.
        second: Those of the same radiographs.

    Returns:
        The two-sided p value; None where the difference does not vary between patients.

    Source: Obuchowski 1997, doi:10.2307/2533958; DeLong and others 1988.
    """
    variance = first[1].minus(second[1]).variance
    return _normal_p(first[0] - second[0], variance)


def influence_p(first: Measured, second: Measured) -> float | None:
    """Test whether two estimates on the same radiographs differ, by what patients move them by.

    Args:
        first: Any metric.
        second: The same of another model.

    Returns:
        The two-sided p value; None where a value is missing or nothing varies.

    Source: Wolter 2007, Introduction to Variance Estimation, chapter 6.
    """
    one, other = first.estimate.value, second.estimate.value
    moved = first.influence - second.influence
    if one is None or other is None or moved.size < 2:
        return None
    return _normal_p(one - other, moved.size / (moved.size - 1) * float(moved @ moved))


def mcnemar_p(difference: FloatArray) -> float:
    """Test whether two sets of predictions are right equally often, exactly.

    Under the null hypothesis the models may be exchanged on any patient: of all signs that the
    patients' differences could so have had, it is the share whose sum is as far from 0. With
    one radiograph a patient, or where each counts as a patient, it is McNemar's exact test.

    Args:
        difference: Shape (patients,), radiographs that the first alone predicts right minus
            those that the second alone does; whole numbers.

    Returns:
        The two-sided p value; 1 where there is no difference.

    Source: the statistic of Durkalski and others 2003, doi:10.1002/sim.1438, with its
        permutation distribution; McNemar 1947.
    """
    sizes, counts = np.unique(np.abs(difference[difference != 0]).astype(int), return_counts=True)
    if not sizes.size:
        return 1.0
    # Loading these takes longer than listing the pipelines should.
    from scipy.signal import convolve
    from scipy.stats import binom

    plus = np.ones(1)
    for size, count in zip(sizes, counts, strict=True):
        steps = np.zeros(size * count + 1)
        steps[::size] = binom.pmf(np.arange(count + 1), count, 0.5)
        plus = convolve(plus, steps)
    sums = 2 * np.arange(plus.size) - (plus.size - 1)
    far = np.abs(sums) >= abs(difference.sum()) - _ROUNDING
    return float(np.clip(plus[far].sum(), 0.0, 1.0))


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


def _normal_p(difference: float, variance: float) -> float | None:
    if not variance > _ROUNDING**2:  # nor where it is NaN
        return None
    # Both tails of the normal distribution.
    return float(2 * ndtr(-abs(difference) / np.sqrt(variance)))
