"""Decisions at a threshold or around a grey zone: counted, and what the counts mean."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pneumoscope.evaluation.intervals import IntArray, patient_codes, patient_counts
from pneumoscope.evaluation.score_arrays import FloatArray, labels_of, ratio, scores_of
from pneumoscope.naming import Column, Consequence, Label

CELLS = ("tn", "fp", "fn", "tp", "deferred")
"""Where a radiograph can end up; the order of the rows of every array of counts."""

DEFERRED = "deferred"
"""Name of the share of radiographs that are handed to a human."""

Bounds = tuple[float, float]
"""Scores below the first are NORMAL, from the second on PNEUMONIA; equal at a threshold."""

Quantities = dict[str, FloatArray]
"""Values by name, each of the shape (sets of counts,), NaN where undefined."""


def count_decisions(
    rows: pd.DataFrame, bounds: Mapping[str, Bounds], resamples: int, seed: int
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Count what each pair of bounds decides, among all and among resampled patients.

    Patients are drawn once for all bounds, and just as `patient_intervals` draws them.

    Args:
        rows: Columns patient_id, label and score.
        bounds: Name to bounds.
        resamples: Number of resamples.
        seed: Seed of the draws.

    Returns:
        By name the counts of `CELLS`: shape (5, 1) among all, and (5, resamples) among the
        resampled; (5, 0) for fewer than two patients.
    """
    codes, patients = patient_codes(rows[Column.PATIENT_ID].to_numpy(), len(rows))
    counts = [_by_patient(rows, pair, codes, patients) for pair in bounds.values()]
    of_patients = np.stack(counts, axis=-1)
    drawn = patient_counts(patients, resamples if patients > 1 else 0, seed).astype(np.float64)
    flat = of_patients.reshape(patients, len(CELLS) * len(bounds))
    resampled = (drawn @ flat).reshape(len(drawn), len(CELLS), len(bounds))
    return {
        name: (of_patients[..., number].sum(axis=0)[:, None], resampled[..., number].T)
        for number, name in enumerate(bounds)
    }


def class_quantities(counts: FloatArray) -> dict[Label, Quantities]:
    """Compute precision, recall and F1 with each class taken as the positive one in turn.

    Args:
        counts: Shape (5, sets): the counts of `CELLS`.
    """
    tn, fp, fn, tp, _ = counts
    return {
        Label.NORMAL: _of_class(tn, fn, fp),
        Label.PNEUMONIA: _of_class(tp, fp, fn),
    }


def macro_quantities(classes: Mapping[Label, Quantities]) -> Quantities:
    """Average each quantity over the classes, which weigh the same."""
    normal, pneumonia = classes[Label.NORMAL], classes[Label.PNEUMONIA]
    return {name: (values + pneumonia[name]) / 2 for name, values in normal.items()}


def consequence_quantities(counts: FloatArray) -> Quantities:
    """Compute each `Consequence` among the decided, and the share deferred.

    Args:
        counts: Shape (5, sets): the counts of `CELLS`.
    """
    classes = class_quantities(counts)
    normal, pneumonia = classes[Label.NORMAL], classes[Label.PNEUMONIA]
    tn, fp, fn, tp, deferred = counts
    decided = tn + fp + fn + tp
    return {
        Consequence.SENSITIVITY.value: pneumonia["recall"],
        Consequence.SPECIFICITY.value: normal["recall"],
        Consequence.PPV.value: pneumonia["precision"],
        Consequence.NPV.value: normal["precision"],
        Consequence.ACCURACY.value: ratio(tn + tp, decided),
        Consequence.F1.value: pneumonia["f1"],
        DEFERRED: ratio(deferred, decided + deferred),
    }


def _of_class(hits: FloatArray, false_alarms: FloatArray, misses: FloatArray) -> Quantities:
    return {
        "precision": ratio(hits, hits + false_alarms),
        "recall": ratio(hits, hits + misses),
        "f1": ratio(2 * hits, 2 * hits + false_alarms + misses),
    }


def _by_patient(rows: pd.DataFrame, bounds: Bounds, codes: IntArray, patients: int) -> FloatArray:
    low, high = bounds
    score = scores_of(rows)
    cell = 2 * labels_of(rows) + (score >= high)
    cell = np.where((score >= low) & (score < high), CELLS.index(DEFERRED), cell)
    counts = np.bincount(codes * len(CELLS) + cell, minlength=patients * len(CELLS))
    return counts.reshape(patients, len(CELLS)).astype(np.float64)
