"""Whether a map shows what the model learnt, or what any model would show of the radiograph."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


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


def summarise_sanity(correlations: Sequence[NDArray[np.floating]], alike: float) -> dict:
    """Average the correlations with untrained models and say what they mean.

    Args:
        correlations: For each untrained model the correlation of each map, shape (n,); NaN is
            left out and counted.
        alike: Mean from which on the maps count as alike.

    Returns:
        `rank_correlation` (mean), `lowest` and `highest` of the single comparisons,
        `comparisons`, `undefined`, `randomisations`, `alike`, `passed` and `verdict`. Without
        any defined comparison, the first three and `passed` are None.

    Source: Adebayo et al. 2018, Sanity Checks for Saliency Maps (all weights at once).
    """
    values = np.concatenate([np.asarray(each, dtype=np.float64) for each in correlations])
    known = values[~np.isnan(values)]
    counted = {
        "comparisons": int(known.size),
        "undefined": int(values.size - known.size),
        "randomisations": len(correlations),
        "alike": alike,
    }
    if not known.size:
        unknown = dict.fromkeys(("rank_correlation", "lowest", "highest", "passed"))
        verdict = "not known: in every comparison one of the two maps is the same everywhere"
        return {**counted, **unknown, "verdict": verdict}
    mean = float(known.mean())
    return {
        **counted,
        "rank_correlation": mean,
        "lowest": float(known.min()),
        "highest": float(known.max()),
        "passed": mean < alike,
        "verdict": _verdict(mean, alike),
    }


def _rank_correlation(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    # The mean rank of equal values: a map that a ReLU has cut holds many zeros.
    a, b = (pd.Series(each.ravel()).rank().to_numpy() for each in (first, second))
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _verdict(mean: float, alike: float) -> str:
    if mean < alike:
        return "the map depends on what was learnt"
    return "an untrained model gives much the same map, so it shows the radiograph, not the reasons"
