"""Confidence intervals by resampling patients, so that one child's radiographs stay together."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pneumoscope.evaluation.score_arrays import FloatArray, checked_labels
from pneumoscope.evaluation.weighted_metrics import weighted_metrics
from pneumoscope.naming import Metric

IntArray = NDArray[np.int64]

Name = TypeVar("Name", bound=str)

# Weights computed at a time: 2 MiB, so that they stay in the processor's cache.
_CHUNK = 2**18


def patient_intervals(
    label: ArrayLike,
    score: ArrayLike,
    patient: ArrayLike,
    threshold: float,
    resamples: int,
    confidence: float,
    seed: int,
    bins: int,
) -> dict[Metric, tuple[float, float] | None]:
    """Compute a percentile bootstrap interval of every metric.

    A metric is read off the resamples in which it is defined. Resampling adds noise to every
    bin, so the interval of the calibration error may lie above its estimate.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        patient: Shape (n,), the key of the child behind each radiograph.
        threshold: A score of at least this is predicted PNEUMONIA; the same in all resamples.
        resamples: Number of resamples; 0 leaves intervals out.
        confidence: Coverage, in (0, 1).
        seed: Seed of the draws; the order of the rows does not matter.
        bins: Equal-width bins of the expected calibration error.

    Returns:
        Lower and upper bound of each metric, or None where `missing_reasons` gives a reason.

    Raises:
        ValueError: If an argument is impossible or a patient is missing.

    Source: Efron and Tibshirani 1993, chapter 13; Field and Welsh 2007 for clusters.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"expected a confidence in (0, 1), received {confidence}; 0.95 is usual")
    _, patients = patient_codes(patient, checked_labels(label).size)
    if resamples == 0 or patients < 2:
        return dict.fromkeys(Metric)
    drawn = resampled_metrics(label, score, patient, threshold, resamples, seed, bins)
    return {metric: percentile_interval(values, confidence) for metric, values in drawn.items()}


def resampled_metrics(
    label: ArrayLike,
    score: ArrayLike,
    patient: ArrayLike,
    threshold: float,
    resamples: int,
    seed: int,
    bins: int,
) -> dict[Metric, FloatArray]:
    """Compute every metric on resamples of the patients.

    The same patients and seed give the same resamples, whatever the scores: two sets of scores
    can so be compared resample by resample.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        patient: Shape (n,), the key of the child behind each radiograph.
        threshold: A score of at least this is predicted PNEUMONIA.
        resamples: Number of resamples, 1 or more.
        seed: Seed of the draws.
        bins: Equal-width bins of the expected calibration error.

    Returns:
        For each metric an array of shape (resamples,), NaN where it is undefined.
    """
    codes, patients = patient_codes(patient, checked_labels(label).size)
    counts = patient_counts(patients, resamples, seed)
    rows = max(1, _CHUNK // codes.size)
    chunks = [
        weighted_metrics(label, score, counts[start : start + rows, codes], threshold, bins)
        for start in range(0, resamples, rows)
    ]
    return {metric: np.concatenate([chunk[metric] for chunk in chunks]) for metric in Metric}


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
