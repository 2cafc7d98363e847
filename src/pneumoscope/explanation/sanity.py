"""Sanity check of attribution maps: how alike they are to those of randomised models."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.explanation.records import SanityCheck


def rank_correlations(
    maps: NDArray[np.floating], others: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Compute Spearman's rank correlation between each map and its counterpart.

    Args:
        maps: Shape (n, height, width).
        others: Maps of the same radiographs, in the same order and shape.

    Returns:
        Shape (n,), in [-1, 1]; NaN where one of the two maps is the same everywhere.

    Raises:
        ValueError: The shapes differ.
    """
    if maps.shape != others.shape:
        raise ValueError(
            f"expected maps of the same radiographs and size, received {maps.shape} and "
            f"{others.shape}"
        )
    return np.array(
        [_rank_correlation(a, b) for a, b in zip(maps, others, strict=True)], dtype=np.float64
    )


def summarise_sanity(correlations: Sequence[NDArray[np.floating]], alike: float) -> SanityCheck:
    """Average the absolute correlations with untrained models.

    Absolute, for a map that is an untrained one turned inside out depends on the weights as
    little as one that equals it.

    Args:
        correlations: For each untrained model the correlation of each map, shape (n,); NaN is
            left out and counted.
        alike: Mean from which on the maps count as alike.

    Source: Adebayo et al. 2018, Sanity Checks for Saliency Maps (all weights at once).
    """
    values = np.concatenate([np.abs(np.asarray(each, dtype=np.float64)) for each in correlations])
    known = values[~np.isnan(values)]
    return SanityCheck(
        similarity=float(known.mean()) if known.size else None,
        lowest=float(known.min()) if known.size else None,
        highest=float(known.max()) if known.size else None,
        comparisons=int(known.size),
        undefined=int(values.size - known.size),
        randomisations=len(correlations),
        alike=alike,
    )


def _rank_correlation(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    # The mean rank of equal values: a map that a ReLU has cut holds many zeros.
    a, b = (pd.Series(each.ravel()).rank().to_numpy() for each in (first, second))
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
