"""Decisions at a threshold or around a grey zone: counted by patient, and every ratio of counts."""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.measured import Measured, mean_of
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.records import Confusion
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.score_arrays import checked_labels, checked_scores, ratio
from pneumoscope.naming import Consequence

CELLS = ("tn", "fp", "fn", "tp", "deferred")
"""Where a radiograph can end up; the order of the last axis of every array of counts."""

DEFERRED = "deferred"
"""Name of the share of radiographs that are handed to a human."""

Bounds = tuple[float, float]
"""Scores below the first are NORMAL, from the second on PNEUMONIA; equal at a threshold."""


Number = TypeVar("Number", float, FloatArray)


class Ratio(NamedTuple):
    """A ratio of counts.

    Attributes:
        counted: Cells that are counted.
        total: Cells that they are a share of.
        undefined: Why there is no ratio where the total is 0.
    """

    counted: tuple[str, ...]
    total: tuple[str, ...]
    undefined: str

    def of(self, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return both sums; `counts` has the shape (..., 5)."""
        return _summed(counts, self.counted), _summed(counts, self.total)


RATIOS: dict[str, Ratio] = {
    Consequence.SENSITIVITY: Ratio(("tp",), ("fn", "tp"), "no radiograph is PNEUMONIA"),
    Consequence.SPECIFICITY: Ratio(("tn",), ("tn", "fp"), "no radiograph is NORMAL"),
    Consequence.PPV: Ratio(("tp",), ("fp", "tp"), "no radiograph is predicted PNEUMONIA"),
    Consequence.NPV: Ratio(("tn",), ("tn", "fn"), "no radiograph is predicted NORMAL"),
    Consequence.ACCURACY: Ratio(("tn", "tp"), CELLS[:4], "there is no radiograph"),
    DEFERRED: Ratio((DEFERRED,), CELLS, "there is no radiograph"),
}
# Jaccard indices: shares, as F1 is not; F1 rises with them.
_OVERLAPS: dict[str, Ratio] = {
    Consequence.F1: Ratio(
        ("tp",),
        ("fp", "fn", "tp"),
        "no radiograph is PNEUMONIA and none is predicted PNEUMONIA",
    ),
    Consequence.F1_NORMAL: Ratio(
        ("tn",), ("tn", "fp", "fn"), "no radiograph is NORMAL and none is predicted NORMAL"
    ),
}
_MEANS = {
    Consequence.MACRO_PRECISION: (Consequence.PPV, Consequence.NPV),
    Consequence.MACRO_RECALL: (Consequence.SENSITIVITY, Consequence.SPECIFICITY),
    Consequence.MACRO_F1: (Consequence.F1, Consequence.F1_NORMAL),
}


def confusion(label: ArrayLike, score: ArrayLike, threshold: float) -> Confusion:
    """Count right and wrong predictions.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].
        threshold: A score of at least this is predicted PNEUMONIA.

    Raises:
        ValueError: If labels, scores or threshold are impossible.
    """
    labels = checked_labels(label)
    cells = _cells(labels, checked_scores(score, labels.size), (threshold, threshold))
    return confusion_of(np.bincount(cells, minlength=len(CELLS)))


def confusion_of(counts: ArrayLike) -> Confusion:
    """Return the confusion matrix of the decided; `counts` has the shape (..., 5)."""
    tn, fp, fn, tp, _ = np.asarray(counts).reshape(-1, len(CELLS)).sum(axis=0)
    return Confusion(int(tn), int(fp), int(fn), int(tp))


def count_decisions(sample: Sample, bounds: Bounds) -> FloatArray:
    """Count what a pair of bounds decides for each patient.

    Args:
        sample: The radiographs.
        bounds: Of a grey zone; equal at a threshold.

    Returns:
        Shape (patients, 5): the counts of `CELLS`.

    Raises:
        ValueError: If a bound is NaN.
    """
    of_patient = sample.patient * len(CELLS) + _cells(sample.label, sample.score, bounds)
    counts = np.bincount(of_patient, minlength=sample.patients * len(CELLS))
    return counts.reshape(sample.patients, len(CELLS)).astype(np.float64)


def ratios(counts: FloatArray) -> dict[str, FloatArray]:
    """Compute every ratio of many sets of counts at once, without intervals.

    Args:
        counts: Shape (..., 5): the counts of `CELLS`.

    Returns:
        Each of `Consequence`, and `DEFERRED`, of the shape (...); NaN where undefined.
    """
    shares = {name: ratio(*of.of(counts)) for name, of in (RATIOS | _OVERLAPS).items()}
    for name in _OVERLAPS:
        shares[name] = _f1(shares[name])
    for mean, (one, other) in _MEANS.items():
        shares[mean] = (shares[one] + shares[other]) / 2
    return shares


def measure_ratios(counts: FloatArray, confidence: float) -> dict[str, Measured]:
    """Estimate every ratio with its interval over patients.

    Args:
        counts: Shape (patients, 5): the counts of `CELLS`.
        confidence: Coverage of the intervals, in (0, 1).

    Returns:
        Each of `Consequence`, and `DEFERRED`.
    """
    shares = {
        name: proportion(*of.of(counts), confidence, of.undefined)
        for name, of in (RATIOS | _OVERLAPS).items()
    }
    for name in _OVERLAPS:
        overlap = shares[name].estimate.value or 0.0
        shares[name] = shares[name].mapped(_f1, 2 / (1 + overlap) ** 2)
    for mean, (one, other) in _MEANS.items():
        shares[mean] = mean_of(shares[one], shares[other])
    return shares


def _cells(label: BoolArray, score: FloatArray, bounds: Bounds) -> NDArray[np.intp]:
    low, high = bounds
    if np.isnan(bounds).any():
        raise ValueError("expected a threshold, received NaN; choose one on validation first")
    decided = 2 * label + (score >= high)
    return np.where((score >= low) & (score < high), CELLS.index(DEFERRED), decided)


def _f1(overlap: Number) -> Number:
    return 2 * overlap / (1 + overlap)


def _summed(counts: FloatArray, cells: tuple[str, ...]) -> FloatArray:
    # Adding a few columns is faster than picking them and summing along an axis.
    columns = [counts[..., CELLS.index(cell)] for cell in cells]
    return np.asarray(sum(columns[1:], start=columns[0]))
