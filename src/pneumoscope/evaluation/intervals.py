"""Resampling of patients, so that one patient's radiographs stay together."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pneumoscope.arrays import FloatArray, IntArray

Name = TypeVar("Name", bound=str)


def patient_counts(patients: int, resamples: int, seed: int) -> IntArray:
    """Draw patients with replacement and count how often each was drawn.

    Args:
        patients: Number of patients, also drawn in each resample.
        resamples: Number of resamples.
        seed: Seed of the draws.

    Returns:
        Shape (resamples, patients); every row sums to `patients`.
    """
    drawn = np.random.default_rng(seed).integers(patients, size=(resamples, patients))
    cells = drawn + patients * np.arange(resamples)[:, None]
    return np.bincount(cells.ravel(), minlength=resamples * patients).reshape(resamples, patients)


def missing_reasons(
    intervals: Mapping[Name, tuple[float, float] | None], patient: ArrayLike, resamples: int
) -> dict[Name, str]:
    """Say why intervals are missing; intervals that exist are left out.

    Args:
        intervals: Bounds by name, such as `patient_intervals` returned.
        patient: Shape (n,), the key of the child behind each radiograph.
        resamples: Number of resamples behind the intervals.

    Returns:
        A reason for each name whose interval is None.
    """
    patients = pd.Series(np.asarray(patient)).nunique()
    if resamples == 0:
        reason = "no resamples were asked for"
    elif patients < 2:
        reason = f"an interval needs two patients or more, there are {patients}"
    else:
        reason = f"undefined in too many of the {resamples} resamples of {patients} patients"
    return {metric: reason for metric, interval in intervals.items() if interval is None}


def patient_codes(patient: ArrayLike, count: int) -> tuple[IntArray, int]:
    """Number the patients, sorted by key, so that draws do not depend on the order of the rows.

    Args:
        patient: Shape (count,), the key of the child behind each radiograph.
        count: Number of radiographs.

    Returns:
        The number of each radiograph's patient, from 0, and how many patients there are.

    Raises:
        ValueError: If a patient is missing.
    """
    codes, keys = pd.factorize(np.asarray(patient), sort=True)
    if codes.shape != (count,) or (codes < 0).any():
        raise ValueError(
            f"expected a patient for each of the {count} radiographs, received {codes.size} "
            f"with {int((codes < 0).sum())} missing; take patient_id from the same rows"
        )
    return codes.astype(np.int64), len(keys)


def percentile_interval(values: FloatArray, confidence: float) -> tuple[float, float] | None:
    """Return the bounds between which the middle share of the defined values lies.

    Args:
        values: Shape (resamples,), NaN where undefined.
        confidence: Share between the bounds, in (0, 1).

    Returns:
        Lower and upper bound, or None without values or when more are undefined than a tail
        holds: these would move the bounds, wherever they fell.
    """
    tail = (1 - confidence) / 2
    defined = values[~np.isnan(values)]
    if not defined.size or values.size - defined.size > tail * values.size:
        return None
    low, high = np.quantile(defined, (tail, 1 - tail))
    return float(low), float(high)
