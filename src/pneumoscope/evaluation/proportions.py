"""Proportions of radiographs clustered in patients, with exact intervals."""

import numpy as np
from scipy.special import betaincinv, stdtrit

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import Measured, too_few_patients

_ROUNDING = 1e-12


def proportion(
    counted: FloatArray, total: FloatArray, confidence: float, undefined: str
) -> Measured:
    """Divide what is counted by the total, with an interval over patients.

    Args:
        counted: Shape (patients,), what is counted of each patient, at most the total: a
            number of radiographs, or a sum of values in [0, 1].
        total: Shape (patients,), radiographs of each patient.
        confidence: Coverage of the interval, in (0, 1).
        undefined: Why there is no proportion where no patient has a radiograph.
    """
    size = float(total.sum())
    if size == 0:
        return Measured(Estimate(None, reason=undefined), np.zeros_like(total))
    share = float(counted.sum()) / size
    influence = (counted - share * total) / size
    patients = int((total > 0).sum())
    if patients < 2:
        return Measured(Estimate(share, reason=too_few_patients(patients)), influence)
    effective = effective_size(share, influence, size, patients, confidence)
    bounds = clopper_pearson(share, effective, confidence)
    return Measured(Estimate.of(share, bounds), influence, patients)


def effective_size(
    share: float, influence: FloatArray, size: float, patients: int, confidence: float
) -> float:
    """Return how many independent radiographs tell as much about a proportion as these.

    Args:
        share: The proportion, in [0, 1].
        influence: Shape (patients,), by how much each patient moves it.
        size: Number of radiographs.
        patients: Number of patients with a radiograph, 2 or more.
        confidence: Coverage of the interval that it is for, in (0, 1).

    Returns:
        At most `size`; `patients` where the proportion is 0 or 1, which shows nothing of how
        much those of one patient resemble each other.

    Source: Korn and Graubard 1998, Survey Methodology 24, 193.
    """
    if min(share, 1 - share) < _ROUNDING:
        return float(patients)
    variance = patients / (patients - 1) * float(influence @ influence)
    if variance < _ROUNDING**2:
        return size
    tail = (1 - confidence) / 2
    few = stdtrit(size - 1, tail) / stdtrit(patients - 1, tail) if size > 1 else 1.0
    return float(min(share * (1 - share) / variance * few**2, size))


def clopper_pearson(share: float, size: float, confidence: float) -> tuple[float, float]:
    """Return the exact binomial interval of a proportion, for a size that need not be whole.

    Args:
        share: In [0, 1].
        size: Above 0.
        confidence: Coverage, in (0, 1).

    Source: Clopper and Pearson 1934, by quantiles of the beta distribution.
    """
    tail = (1 - confidence) / 2
    hits, rest = share * size, (1 - share) * size
    low = float(betaincinv(hits, rest + 1, tail)) if share > _ROUNDING else 0.0
    high = float(betaincinv(hits + 1, rest, 1 - tail)) if 1 - share > _ROUNDING else 1.0
    return low, high
