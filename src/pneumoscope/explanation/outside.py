"""How much of the attribution lies outside the central field, where no lung is."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.evaluation.intervals import patient_counts
from pneumoscope.naming import Column, Label

FloatArray = NDArray[np.float64]


def central_field(shape: tuple[int, int], field: tuple[float, float]) -> NDArray[np.bool_]:
    """Return a mask of the field around the centre.

    Args:
        shape: Height and width in pixels.
        field: Height and width of the field as shares of the sides.

    Returns:
        Of that shape, true inside; the field is rounded to whole pixels on each side.
    """
    inside = np.zeros(shape, dtype=bool)
    rows, columns = (
        round(side * (1 - share) / 2) for side, share in zip(shape, field, strict=True)
    )
    inside[rows : shape[0] - rows, columns : shape[1] - columns] = True
    return inside


def outside_share(maps: NDArray[np.floating], field: tuple[float, float]) -> FloatArray:
    """Compute the share of each map's absolute attribution that lies outside the field.

    Args:
        maps: Shape (n, height, width).
        field: Height and width of the field as shares of the sides.

    Returns:
        Shape (n,), in [0, 1]; NaN where a map is zero everywhere.
    """
    size = np.abs(np.asarray(maps, dtype=np.float64))
    outside = size[:, ~central_field(size.shape[1:], field)].sum(axis=1)
    total = size.sum(axis=(1, 2))
    return np.divide(outside, total, out=np.full(len(size), np.nan), where=total > 0)


def evenly_spread(labels: pd.Series, count: int) -> list[int]:
    """Choose positions of each class, evenly spread over the rows, in ascending order.

    Args:
        labels: The class of each row.
        count: Positions a class; a smaller class gives all of its own.
    """
    chosen: list[int] = []
    for label in Label:
        positions = np.flatnonzero(labels == label)
        steps = np.linspace(0, len(positions) - 1, min(count, len(positions)))
        chosen += positions[steps.round().astype(int)].tolist()
    return sorted(chosen)


def summarise_outside(
    shares: FloatArray, rows: pd.DataFrame, resamples: int, confidence: float, seed: int
) -> dict[str, dict]:
    """Average the shares of each class, with an interval over patients.

    Args:
        shares: Shape (n,), what `outside_share` gave; NaN is left out and counted.
        rows: Columns label and patient_id of the same radiographs.
        resamples: Resamples of patients; 0 leaves the interval out.
        confidence: Coverage of the interval.
        seed: Seed of the draws.

    Returns:
        Class to n, patients, empty (maps without attribution), value, low and high; and
        `reason` where one is None. Percentile bootstrap, as in the evaluation.
    """
    return {
        str(label): _summary(
            shares[rows[Column.LABEL] == label],
            rows.loc[rows[Column.LABEL] == label, Column.PATIENT_ID].to_numpy(),
            resamples,
            confidence,
            seed,
        )
        for label in Label
    }


def _summary(
    shares: FloatArray, patient: NDArray, resamples: int, confidence: float, seed: int
) -> dict:
    known = ~np.isnan(shares)
    values, codes = shares[known], pd.factorize(patient[known], sort=True)[0]
    patients = len(np.unique(codes))
    counted = {"n": int(known.sum()), "patients": patients, "empty": int((~known).sum())}
    if not values.size:
        reason = "every map is empty" if shares.size else "there is no radiograph of that class"
        return {**counted, "value": None, "low": None, "high": None, "reason": reason}
    measured = {**counted, "value": float(values.mean())}
    if patients < 2 or not resamples:
        reason = "an interval needs two patients or more" if resamples else "no resamples"
        return {**measured, "low": None, "high": None, "reason": reason}
    weights = patient_counts(patients, resamples, seed)[:, codes]
    means = weights @ values / weights.sum(axis=1)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, (tail, 1 - tail))
    return {**measured, "low": float(low), "high": float(high)}
