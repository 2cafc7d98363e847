"""Resampling of patients, so that one patient's radiographs stay together."""

import numpy as np

from pneumoscope.arrays import FloatArray, IntArray


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
