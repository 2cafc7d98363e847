"""Mahalanobis distance from a few directions and an even rest: probabilistic principal components.

A full covariance of 1,280 features takes 1.6 million numbers and more films than there are.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pneumoscope.arrays import FloatArray
from pneumoscope.errors import InputError
from pneumoscope.out_of_distribution.records import Subspace

FOLDS = 4
"""Parts of train, by patient; each is measured from the others."""

EACH = 5
"""Radiographs for each direction; with fewer they leave no variance to the rest."""

FLOOR = 1e-6
"""Part of the greatest variance below which no direction is trusted to be that flat."""

STILL = 5e-4
"""Part of their length that numbers must vary by, for the five digits of a centre to tell it."""

NORMAL_MAD = 1.4826
"""Median absolute deviation to standard deviation, of a normal distribution."""


def fit_subspace(numbers: FloatArray, patients: NDArray[np.str_], directions: int) -> Subspace:
    """Fit where these numbers lie, and how far others of the kind usually lie from it.

    Args:
        numbers: Shape (n, d), finite.
        patients: Shape (n,), the key of the patient behind each.
        directions: Directions at most.

    Raises:
        InputError: They are of fewer than two patients.

    Source: Tipping and Bishop 1999, Probabilistic Principal Component Analysis.
    """
    from threadpoolctl import threadpool_limits

    keys, patient = np.unique(patients, return_inverse=True)
    if len(keys) < 2:
        raise InputError(
            "training radiographs of two patients or more, to compare new ones with",
            f"{len(numbers)} of {len(keys)}",
            "Add radiographs of others.",
        )
    folds = min(FOLDS, len(keys))
    held = [patient % folds == fold for fold in range(folds)]
    fewest = min(int((~part).sum()) for part in held)
    kept = min(directions, numbers.shape[1], max(1, fewest // EACH))
    squared = np.empty(len(numbers))
    # Threads of BLAS wait for each other in matrices so small, longer than they work.
    with threadpool_limits(1):
        for part in held:
            squared[part] = squared_distance(_fit(numbers[~part], kept), numbers[part])
        whole = _fit(numbers, kept)
    logs = np.log(squared + np.finfo(float).tiny)
    usual = float(np.median(logs))
    spread = NORMAL_MAD * float(np.median(np.abs(logs - usual)))
    # The logarithms of numbers that stand still tell how these were rounded, and hardly spread.
    spread = 1.0 if _stand_still(numbers) else spread or 1.0
    return replace(whole, usual=usual, spread=spread)


def squared_distance(subspace: Subspace, numbers: FloatArray) -> FloatArray:
    """Return the squared Mahalanobis distance, shape (n,), of numbers of shape (n, d)."""
    centre, directions, variances = subspace.arrays
    away = np.asarray(numbers, dtype=np.float64) - centre
    along = away @ directions.T
    squared = (along**2 / variances).sum(axis=1)
    if subspace.rest is not None:
        rest = (away**2).sum(axis=1) - (along**2).sum(axis=1)
        squared += np.maximum(rest, 0.0) / subspace.rest
    return np.asarray(squared)


def steps_away(subspace: Subspace, numbers: FloatArray) -> FloatArray:
    """Return by how many robust standard deviations numbers lie farther than is usual, (n,)."""
    logs = np.log(squared_distance(subspace, numbers) + np.finfo(float).tiny)
    return np.asarray((logs - subspace.usual) / subspace.spread)


def _stand_still(numbers: FloatArray) -> bool:
    """Tell whether numbers vary by hardly more than their rounding, as of a collapsed model."""
    smallest = max(
        float(np.finfo(np.float32).eps), (STILL * np.linalg.norm(numbers.mean(axis=0))) ** 2
    )
    return bool(numbers.var(axis=0).sum() <= smallest)


def _fit(numbers: FloatArray, kept: int) -> Subspace:
    count, size = numbers.shape
    centre = numbers.mean(axis=0)
    total, variances, axes = _spread_along((numbers - centre) / max(count - 1, 1) ** 0.5, kept)
    floor = max(FLOOR * float(variances.max(initial=0.0)), float(np.finfo(np.float32).eps))
    others = size - kept
    left = total - float(variances.sum())
    return Subspace(
        centre=_short(centre),
        directions=[_short(axis) for axis in axes],
        variances=_short(np.maximum(variances, floor)),
        rest=max(left / others, floor) if others else None,
        usual=0.0,
        spread=1.0,
    )


def _spread_along(away: FloatArray, kept: int) -> tuple[float, FloatArray, FloatArray]:
    """Return all variance, and the greatest ones with their directions, in ascending order.

    Args:
        away: Shape (n, d), of mean zero, over the square root of n - 1.
        kept: Directions to return, (kept, d).
    """
    # Importing it takes a quarter of a second, which a listing of the pipelines need not wait for.
    from scipy.linalg import eigh, svd

    count, size = away.shape
    if count < size:  # a covariance of 2,048 features takes a second, 100 films milliseconds
        _, deviations, axes = svd(away, full_matrices=False)
        squared = deviations**2
        return float(squared.sum()), squared[:kept][::-1], axes[:kept][::-1]
    covariance = away.T @ away
    variances, columns = eigh(covariance, subset_by_index=[size - kept, size - 1])
    return float(np.trace(covariance)), variances, columns.T


def _short(numbers: FloatArray) -> list[float]:
    """Keep the digits that matter, so that contracts stay small."""
    return [float(f"{number:.5g}") for number in numbers]
