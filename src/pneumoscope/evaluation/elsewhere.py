"""What to expect of films from elsewhere: hard validation, where the periphery tells nothing."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.measured import Measured, paired_difference
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.ranking import auroc
from pneumoscope.evaluation.records import Elsewhere, OperatingPoint
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.thresholds.operating_points import lock_threshold
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions, ThresholdOptions

FOLDS = 5
"""Parts of the patients that thresholds are read off in turn."""

TOO_FEW = "validation has too few hard films"


def measure_elsewhere(
    scores: pd.DataFrame, point: OperatingPoint, options: EvaluationOptions
) -> Elsewhere:
    """Measure a model on the hard films of validation.

    A threshold that was read off validation fits these very films. So each is decided by a
    threshold that the same rule reads off four fifths of the patients, without its own.

    Args:
        scores: Columns patient_id, label, split, score and hard.
        point: What was locked.
        options: The rule, and the confidence of intervals.
    """
    rows = scores[scores[Column.SPLIT] == Split.VALIDATION].reset_index(drop=True)
    hard = rows[Column.HARD].to_numpy(dtype=bool)
    if not hard.any():
        return Elsewhere(0, 0, {}, {}, TOO_FEW)
    everything = np.ones(len(rows), dtype=bool)
    locked = np.full(len(rows), point.threshold)
    thresholds = _thresholds(rows, locked, options.threshold)
    # All films are decided as the hard ones are: else the luck of the threshold that fits
    # validation best would pass for what hard films cost.
    known = _measure(rows, everything, thresholds, options.confidence)
    found = _measure(rows, hard, thresholds, options.confidence)
    return Elsewhere(
        radiographs=int(hard.sum()),
        patients=int(rows[Column.PATIENT_ID][hard].nunique()),
        expected={metric: one.estimate for metric, one in found.items()},
        drops={
            metric: paired_difference(known[metric], one, options.confidence)
            for metric, one in found.items()
        },
        reason=None,
    )


def _measure(
    rows: pd.DataFrame, members: BoolArray, threshold: FloatArray, confidence: float
) -> dict[Metric, Measured]:
    """Measure some films, with what each patient of all of them moves."""
    sample = Sample.of_rows(rows)
    right = (sample.score >= threshold) == sample.label
    classes = {Metric.SENSITIVITY: sample.label, Metric.SPECIFICITY: ~sample.label}
    shares = {
        metric: proportion(
            sample.by_patient(right & members & of_class),
            sample.by_patient(members & of_class),
            confidence,
            "there is no hard film of that class",
        )
        for metric, of_class in classes.items()
    }
    ranked = auroc(Sample.of_rows(rows[members]), confidence)
    moved = np.zeros(sample.patients)
    moved[np.unique(sample.patient[members])] = ranked.influence
    return {Metric.AUROC: Measured(ranked.estimate, moved, ranked.units), **shares}


def _thresholds(rows: pd.DataFrame, locked: FloatArray, rule: ThresholdOptions) -> FloatArray:
    """Return the threshold that decides each film; the locked one where no other can be read."""
    if not rule.reads_validation:
        return locked
    found, fold = locked.copy(), _folds(rows)
    for number in range(FOLDS):
        own = fold == number
        try:
            found[own] = lock_threshold(rows[~own], rule).threshold
        except ValueError:  # a class that is absent there, or a bound that cannot be kept
            continue
    return found


def _folds(rows: pd.DataFrame) -> NDArray[np.intp]:
    """Deal the patients out, those with PNEUMONIA and those without alike, hard ones too."""
    kinds = [rows[Column.LABEL].astype(str), rows[Column.HARD].astype(str)]
    kind = kinds[0].str.cat(kinds[1]).groupby(rows[Column.PATIENT_ID]).max()
    # Keys come in an order that may tell who took a film.
    drawn = kind.sample(frac=1, random_state=0)
    dealt = drawn.groupby(drawn).cumcount() % FOLDS
    return np.asarray(rows[Column.PATIENT_ID].map(dealt), dtype=np.intp)
