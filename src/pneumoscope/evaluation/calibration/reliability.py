"""Expected calibration error and reliability diagrams."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.score_arrays import checked_labels, checked_scores, ratio


def calibration_error(labels: BoolArray, scores: FloatArray, bins: int) -> float | None:
    """Compute the expected calibration error.

    Source: Naeini, Cooper and Hauskrecht 2015, for the probability of the positive class.

    Args:
        labels: Shape (n,), true where PNEUMONIA.
        scores: Shape (n,), in [0, 1].
        bins: Number of equal-width bins; a score on an edge falls into the lower one.

    Returns:
        In [0, 1], None without a radiograph.

    Raises:
        ValueError: If bins is below 1.
    """
    gaps = np.bincount(_bin_of(scores, bins), weights=labels - scores)
    return float(np.abs(gaps).sum() / labels.size) if labels.size else None


def reliability(label: ArrayLike, score: ArrayLike, bins: int) -> pd.DataFrame:
    """Tabulate mean score against observed share of PNEUMONIA, bin by bin.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        bins: Number of equal-width bins.

    Returns:
        One row a bin: bin_low, bin_high, n, mean_score, observed; the last two are NaN in an
        empty bin, so that a drawn line breaks there.

    Raises:
        ValueError: If labels, scores or bins are impossible.
    """
    labels = checked_labels(label)
    scores = checked_scores(score, labels.size)
    index = _bin_of(scores, bins)
    edges = np.linspace(0.0, 1.0, bins + 1)
    n = np.bincount(index, minlength=bins)
    return pd.DataFrame(
        {
            "bin_low": edges[:-1],
            "bin_high": edges[1:],
            "n": n,
            "mean_score": ratio(np.bincount(index, weights=scores, minlength=bins), n),
            "observed": ratio(np.bincount(index, weights=labels, minlength=bins), n),
        }
    )


def _bin_of(scores: FloatArray, bins: int) -> NDArray[np.int64]:
    if bins < 1:
        raise ValueError(f"expected one bin or more, received {bins}; ten are usual")
    return np.searchsorted(np.linspace(0.0, 1.0, bins + 1)[1:-1], scores)
