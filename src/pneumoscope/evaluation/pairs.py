"""Every pair of architectures tested on the same radiographs."""

from collections.abc import Mapping
from itertools import combinations

import pandas as pd

from pneumoscope.evaluation.score_arrays import BoolArray, FloatArray, labels_of, scores_of
from pneumoscope.evaluation.significance import delong, holm, mcnemar
from pneumoscope.naming import Column, Label

COLUMNS = [
    "architecture_a", "architecture_b", "n", "auroc_a", "auroc_b", "auroc_difference", "z",
    "delong_p", "delong_p_holm", "only_a_right", "only_b_right", "mcnemar_p", "mcnemar_p_holm",
    "reason",
]  # fmt: skip
FEWEST = 2
"""Radiographs of each class below which AUROCs have no variance to be compared by."""


def compare_pairs(
    scores: Mapping[str, pd.DataFrame], thresholds: Mapping[str, float]
) -> pd.DataFrame:
    """Test ranking (DeLong) and predictions (McNemar) of every pair, corrected after Holm.

    Each of the two tests is a family of its own in the correction.

    Args:
        scores: Architecture to the rows of one split: radiograph_id, label and score.
        thresholds: Architecture to its locked threshold.

    Returns:
        One row a pair, with the columns of `COLUMNS`; `reason` says why a p value is missing.
        No row for a single architecture.

    Raises:
        ValueError: If two architectures scored different radiographs.
    """
    rows = [_compare(a, b, _aligned(a, b, scores), thresholds) for a, b in combinations(scores, 2)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    for test in ("delong_p", "mcnemar_p"):
        table[f"{test}_holm"] = holm([row[test] for row in rows])
    return table


def _aligned(
    a: str, b: str, scores: Mapping[str, pd.DataFrame]
) -> tuple[BoolArray, FloatArray, FloatArray]:
    first, second = (scores[name].sort_values(Column.RADIOGRAPH_ID) for name in (a, b))
    if first[Column.RADIOGRAPH_ID].tolist() != second[Column.RADIOGRAPH_ID].tolist():
        raise ValueError(
            f"expected {a} and {b} to have scored the same radiographs, received {len(first)} and "
            f"{len(second)} that differ; run the evaluation of both on the same splits"
        )
    return labels_of(first), scores_of(first), scores_of(second)


def _compare(
    a: str,
    b: str,
    aligned: tuple[BoolArray, FloatArray, FloatArray],
    thresholds: Mapping[str, float],
) -> dict:
    label, score_a, score_b = aligned
    predicted_a, predicted_b = score_a >= thresholds[a], score_b >= thresholds[b]
    right_a, right_b = predicted_a == label, predicted_b == label
    return {
        "architecture_a": a,
        "architecture_b": b,
        "n": label.size,
        **_ranking(label, score_a, score_b),
        "only_a_right": int((right_a & ~right_b).sum()),
        "only_b_right": int((right_b & ~right_a).sum()),
        "mcnemar_p": mcnemar(label, predicted_a, predicted_b),
    }


def _ranking(label: BoolArray, score_a: FloatArray, score_b: FloatArray) -> dict:
    fewest = min(int(label.sum()), int((~label).sum()))
    if fewest < FEWEST:
        scarce = Label.PNEUMONIA if label.sum() == fewest else Label.NORMAL
        reason = f"DeLong's test needs {FEWEST} {scarce} radiographs, there are {fewest}"
        return {"delong_p": None, "reason": reason}
    tested = delong(label, score_a, score_b)
    same = "the two rank every radiograph alike, so there is no difference to test"
    return {
        "auroc_a": tested.auc_a,
        "auroc_b": tested.auc_b,
        "auroc_difference": tested.auc_a - tested.auc_b,
        "z": tested.z,
        "delong_p": tested.p,
        "reason": same if tested.p is None else None,
    }
