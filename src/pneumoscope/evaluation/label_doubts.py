"""Labels that the films themselves contradict: confident learning, for a radiologist to look at."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.score_arrays import labels_of
from pneumoscope.naming import Column, Label, Split

FOLDS = 5
DIRECTIONS = 50
"""Directions of the greatest variance that a head is fitted on."""

PENALTY = 1.0

PROBABILITY = Column.PROBABILITY.value
SUGGESTED, MARGIN = "suggested", "margin"
KEPT = [Column.RADIOGRAPH_ID, Column.PATIENT_ID, Column.LABEL, Column.SUBTYPE, Column.SPLIT]
LISTED = [
    Column.RADIOGRAPH_ID, Column.SPLIT, Column.LABEL, Column.SUBTYPE, SUGGESTED, PROBABILITY,
    MARGIN,
]  # fmt: skip
"""Columns of the table of doubts."""


def out_of_fold(features: FloatArray, rows: pd.DataFrame, seed: int) -> FloatArray:
    """Return P(PNEUMONIA) of each film by a head that was fitted without its patient.

    Args:
        features: Shape (n, d), what a model sees of each film.
        rows: Columns patient_id and label, in the same order.
        seed: Of the folds.

    Returns:
        Shape (n,); NaN where a class has fewer than `FOLDS` patients.
    """
    # Loading scikit-learn takes half a second, which listing the pipelines need not wait for.
    from sklearn.model_selection import StratifiedGroupKFold
    from threadpoolctl import threadpool_limits

    labels, patients = labels_of(rows), rows[Column.PATIENT_ID].to_numpy(dtype=str)
    if min(np.unique(patients[labels == one]).size for one in (False, True)) < FOLDS:
        return np.full(len(rows), np.nan)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    # Threads of BLAS wait for each other in matrices so small, longer than they work.
    with threadpool_limits(1):
        directions = _directions(features)
        parts = folds.split(directions, labels, patients)
        return _left_out(directions, labels, parts)


def averaged(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Average what several models say of each film; those that any lacks are left out.

    Args:
        tables: Model to columns `KEPT` and probability.
    """
    key = [str(column) for column in KEPT]
    together = pd.concat(tables.values(), ignore_index=True)
    grouped = together.groupby(key, sort=False)[PROBABILITY].agg(["mean", "count"])
    found = grouped[grouped["count"] == len(tables)].rename(columns={"mean": PROBABILITY})
    return found[[PROBABILITY]].reset_index()


def doubt(found: pd.DataFrame) -> pd.DataFrame:
    """List the labels that are contradicted with confidence, the most doubtful first.

    A film is confidently of a class where its probability reaches the mean probability of that
    class over the films that are labelled so. Its label is doubted where it is confidently of the
    other class, and more so than of its own. Nothing is relabelled.

    Args:
        found: Columns `KEPT` and probability, of films whose probabilities come from models that
            were not fitted on them.

    Returns:
        `LISTED`; `margin` is the probability of the suggested class minus that of the label.

    Source: Northcutt, Jiang and Chuang 2021, doi:10.1613/jair.1.12125 (confident joint, ranked by
        normalised margin).
    """
    labels = labels_of(found)
    likely = found[PROBABILITY].to_numpy(dtype=np.float64)
    doubted = _contradicted(labels, likely)
    other = np.where(labels, Label.NORMAL.value, Label.PNEUMONIA.value)
    margin = np.where(labels, 1 - 2 * likely, 2 * likely - 1)
    table = found.assign(**{SUGGESTED: other, MARGIN: margin})[doubted]
    return table.sort_values([MARGIN, Column.RADIOGRAPH_ID], ascending=[False, True])[LISTED]


def looked_at(found: pd.DataFrame) -> dict[str, int]:
    """Count the films of each split whose labels were compared."""
    return {split.value: int((found[Column.SPLIT] == split).sum()) for split in Split}


def _contradicted(labels: BoolArray, likely: FloatArray) -> NDArray[np.bool_]:
    if labels.all() or not labels.any():
        return np.zeros(labels.size, dtype=np.bool_)
    confident = likely >= likely[labels].mean(), 1 - likely >= (1 - likely)[~labels].mean()
    sick = confident[0] & (~confident[1] | (likely > 0.5))
    healthy = confident[1] & (~confident[0] | (likely < 0.5))
    return np.asarray(np.where(labels, healthy & (likely < 0.5), sick & (likely > 0.5)))


def _left_out(
    directions: FloatArray,
    labels: BoolArray,
    parts: Iterable[tuple[NDArray[np.intp], NDArray[np.intp]]],
) -> FloatArray:
    """Return what heads say of the films that they were not fitted on, part by part."""
    from sklearn.linear_model import LogisticRegression

    found = np.full(len(labels), np.nan)
    for fitted, left_out in parts:
        if labels[fitted].all() or not labels[fitted].any():
            continue
        head = LogisticRegression(C=PENALTY, max_iter=1000)
        head.fit(directions[fitted], labels[fitted])
        found[left_out] = head.predict_proba(directions[left_out])[:, 1]
    return found


def _directions(features: FloatArray) -> FloatArray:
    """Return the coordinates along the directions of the greatest variance, each of variance 1."""
    centred = features - features.mean(axis=0)
    scale = centred.std(axis=0)
    even = centred[:, scale > 0] / scale[scale > 0]
    if not even.shape[1]:
        return np.zeros((len(features), 1))
    left, values, _ = np.linalg.svd(even, full_matrices=False)
    kept = min(DIRECTIONS, int((values > values[0] * 1e-6).sum()))
    return np.asarray(left[:, :kept] * np.sqrt(len(features)))
