"""Labels and scores, checked once before anything is computed from them."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.naming import Column, Label

SCORE_COLUMNS = [
    Column.RADIOGRAPH_ID, Column.PATIENT_ID, Column.SOURCE, Column.LABEL, Column.SUBTYPE,
    Column.SPLIT, Column.SCORE,
]  # fmt: skip
"""Columns of stored scores, one row a radiograph."""


def labels_of(rows: pd.DataFrame) -> BoolArray:
    """Return the labels of rows, shape (n,), true where the radiograph is PNEUMONIA."""
    return (rows[Column.LABEL] == Label.PNEUMONIA).to_numpy(dtype=bool)


def scores_of(rows: pd.DataFrame) -> FloatArray:
    """Return the scores of rows, shape (n,), in double precision."""
    return rows[Column.SCORE].to_numpy(dtype=np.float64)


def checked_labels(label: ArrayLike) -> BoolArray:
    """Return labels as booleans.

    Args:
        label: Shape (n,), bool or 0/1; true is PNEUMONIA.

    Returns:
        Shape (n,), true where the radiograph is PNEUMONIA.

    Raises:
        ValueError: If it is not one-dimensional or holds anything but 0 and 1.
    """
    labels = np.asarray(label)
    if labels.ndim != 1 or not np.isin(labels, (0, 1)).all():
        raise ValueError(
            "expected labels of shape (n,) with 1 for PNEUMONIA and 0 for NORMAL, "
            f"received shape {labels.shape}, starting {labels.ravel()[:3].tolist()}; "
            "compare the label column with Label.PNEUMONIA first"
        )
    return labels.astype(bool)


def checked_scores(score: ArrayLike, count: int) -> FloatArray:
    """Return scores in double precision.

    Args:
        score: Shape (count,), P(PNEUMONIA) in [0, 1].
        count: Number of labels that the scores belong to.

    Returns:
        Shape (count,).

    Raises:
        ValueError: If the shape differs or a score is missing or outside [0, 1].
    """
    scores = np.asarray(score, dtype=np.float64)
    if scores.shape != (count,):
        raise ValueError(
            f"expected one score for each of the {count} labels, received shape {scores.shape}; "
            "take both from the same rows"
        )
    outside = ~((scores >= 0) & (scores <= 1))
    if outside.any():
        raise ValueError(
            f"expected scores in [0, 1], received {scores[outside][0]} among them; "
            "bring logits through a sigmoid and score every radiograph first"
        )
    return scores


def require_both_classes(labels: BoolArray, purpose: str) -> None:
    """Refuse labels of a single class.

    Args:
        labels: Shape (n,), true where the radiograph is PNEUMONIA.
        purpose: What cannot be done without both classes.

    Raises:
        ValueError: If PNEUMONIA or NORMAL is absent.
    """
    if labels.all() or not labels.any():
        raise ValueError(
            f"expected both classes to {purpose}, received {int(labels.sum())} PNEUMONIA and "
            f"{int((~labels).sum())} NORMAL; use a larger or a stratified split"
        )


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """Divide, leaving NaN where the denominator is 0: there the ratio is undefined."""
    top, bottom = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    )
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0))
