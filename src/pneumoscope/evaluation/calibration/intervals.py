"""Intervals of calibration slope and intercepts, by resampling patients."""

import numpy as np
from scipy.special import expit

from pneumoscope.evaluation.calibration.recalibration import (
    CalibrationLine,
    LogitScale,
    logistic_fit,
    logits_of,
    shift_of,
)
from pneumoscope.evaluation.intervals import patient_counts, percentile_interval
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.score_arrays import BoolArray, FloatArray

LINE = ("slope", "intercept", "in_the_large")
"""Numbers of a `CalibrationLine`, in the order in which they are quoted."""

# Weights fitted at a time: 2 MiB, so that they stay in the processor's cache.
_CHUNK = 2**18
_STEPS = 12
_CLOSE = 1e-9


def calibration_intervals(
    sample: Sample,
    line: CalibrationLine,
    resamples: int,
    confidence: float,
    seed: int,
) -> dict[str, tuple[float, float] | None]:
    """Compute a percentile bootstrap interval of slope, intercept and calibration in the large.

    Args:
        sample: The radiographs.
        line: What was fitted to all of them; fits of resamples start there.
        resamples: Number of resamples; 0 leaves intervals out.
        confidence: Coverage, in (0, 1).
        seed: Seed of the draws.

    Returns:
        Bounds by `LINE`, None where the number is undefined or is so in too many resamples.
    """
    if resamples == 0 or sample.patients < 2 or line.in_the_large is None:
        return dict.fromkeys(LINE)
    labels, logits = sample.label, logits_of(sample.score)
    counts = patient_counts(sample.patients, resamples, seed).astype(np.float64)
    rows = max(1, _CHUNK // labels.size)
    fits = [
        _fit(labels, logits, counts[start : start + rows, sample.patient], line)
        for start in range(0, resamples, rows)
    ]
    return dict(
        zip(
            LINE,
            (percentile_interval(found, confidence) for found in np.concatenate(fits, axis=1)),
            strict=True,
        )
    )


def _fit(
    labels: BoolArray, logits: FloatArray, weights: FloatArray, line: CalibrationLine
) -> FloatArray:
    """Return slope, intercept and shift of each row of weights, NaN where undefined."""
    fitted = np.full((len(LINE), len(weights)), np.nan)
    both = ((weights @ labels) > 0) & ((weights @ ~labels) > 0)
    start = np.array([line.in_the_large or 0.0])
    fitted[2, both] = _newton(labels, logits, weights[both], start)[:, 0]
    if line.slope is not None and line.intercept is not None:
        overlap = both & _overlapping(labels, logits, weights)
        scale = LogitScale.of(logits)
        start = np.array(scale.to_standard(line.intercept, line.slope))
        found = _newton(labels, scale.standardised(logits), weights[overlap], start)
        fitted[1::-1, overlap] = scale.to_logits(found[:, 0], found[:, 1])
    return fitted


def _overlapping(labels: BoolArray, logits: FloatArray, weights: FloatArray) -> BoolArray:
    """Tell where no threshold separates the classes, so that the slope is finite."""

    def extremes(members: BoolArray) -> tuple[FloatArray, FloatArray]:
        drawn = weights[:, members] > 0
        low = np.where(drawn, logits[members], np.inf).min(axis=1, initial=np.inf)
        return low, np.where(drawn, logits[members], -np.inf).max(axis=1, initial=-np.inf)

    (lowest_normal, highest_normal), (lowest, highest) = extremes(~labels), extremes(labels)
    return np.asarray((highest_normal > lowest) & (highest > lowest_normal), dtype=bool)


def _newton(
    labels: BoolArray, logits: FloatArray, weights: FloatArray, start: FloatArray
) -> FloatArray:
    """Maximise the likelihood of each row of weights; those that do not settle go the slow way.

    Args:
        labels: Shape (n,), true where PNEUMONIA.
        logits: Shape (n,).
        weights: Shape (rows, n).
        start: The shift alone, or intercept and slope.

    Returns:
        Shape (rows, 1) or (rows, 2).
    """
    line = np.tile(start, (len(weights), 1))
    moving = np.arange(len(weights))
    for _ in range(_STEPS):
        step = _step(labels, logits, weights[moving], line[moving])
        line[moving] -= step
        settled = (np.abs(step) < _CLOSE).all(axis=1)
        moving = moving[~settled & np.isfinite(step).all(axis=1)]
        if not moving.size:
            break
    unsettled = np.union1d(moving, np.flatnonzero(~np.isfinite(line).all(axis=1)))
    for row in unsettled:
        line[row] = _slowly(labels, logits, weights[row], start.size)
    return line


def _step(
    labels: BoolArray, logits: FloatArray, weights: FloatArray, line: FloatArray
) -> FloatArray:
    slope = line[:, 1:] if line.shape[1] > 1 else 1.0
    chance = expit(line[:, :1] + slope * logits)
    residual, spread = weights * (chance - labels), weights * chance * (1 - chance)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        total = spread.sum(axis=1)
        if line.shape[1] == 1:
            return np.reshape(residual.sum(axis=1) / total, (-1, 1))
        gradient = residual.sum(axis=1), residual @ logits
        first, second = spread @ logits, spread @ logits**2
        determinant = total * second - first**2
        return np.column_stack(
            [
                (second * gradient[0] - first * gradient[1]) / determinant,
                (total * gradient[1] - first * gradient[0]) / determinant,
            ]
        )


def _slowly(
    labels: BoolArray, logits: FloatArray, weights: FloatArray, size: int
) -> tuple[float, ...]:
    if size == 1:
        return (shift_of(labels, logits, weights),)
    return logistic_fit(labels, logits, weights)
