"""Calibration of scores, before and after a calibrator fitted on validation."""

import pandas as pd

from pneumoscope.evaluation.calibration.calibrators import fit_calibrator
from pneumoscope.evaluation.calibration.intervals import calibration_estimates
from pneumoscope.evaluation.calibration.recalibration import (
    calibration_slope_intercept,
    recalibrate,
)
from pneumoscope.evaluation.calibration.smooth import calibration_index
from pneumoscope.evaluation.measured import Measured, paired_difference
from pneumoscope.evaluation.metrics import measure_metrics
from pneumoscope.evaluation.records import (
    Calibration,
    CalibrationMap,
    CalibrationMeasures,
    SplitCalibration,
)
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions

# The threshold plays no part in the Brier score and the ECE.
_ANY_THRESHOLD = 0.5


def measure_calibration(scores: pd.DataFrame, options: EvaluationOptions) -> Calibration:
    """Fit a calibrator on validation; measure calibration before and after on every split.

    Args:
        scores: Columns patient_id, label, split and score.
        options: The method, bins and confidence.
    """
    validation = scores[scores[Column.SPLIT] == Split.VALIDATION]
    labels = labels_of(validation)
    line, reason = fit_calibrator(labels, scores_of(validation), options.calibration)
    prevalence = float(labels.mean()) if labels.size else None
    splits = {
        str(split): measure_split_calibration(rows, line, options)
        for split, rows in scores.groupby(Column.SPLIT, sort=False)
    }
    return Calibration(options.calibration, prevalence, line, reason, splits)


def with_calibration(rows: pd.DataFrame, line: CalibrationMap) -> pd.DataFrame:
    """Return the rows with their scores brought through a calibrator.

    Args:
        rows: Column score, in [0, 1].
        line: The `map` that `measure_calibration` gave.
    """
    return rows.assign(**{Column.SCORE: recalibrate(scores_of(rows), line.slope, line.intercept)})


def measure_split_calibration(
    rows: pd.DataFrame, line: CalibrationMap | None, options: EvaluationOptions
) -> SplitCalibration:
    """Measure calibration on one split before and after a map that was fitted elsewhere.

    Args:
        rows: Columns patient_id, label and score.
        line: The map; None without one.
        options: Bins and confidence.
    """
    before, brier = _describe(Sample.of_rows(rows), options)
    if line is None:
        return SplitCalibration(before, None, None)
    after, mended = _describe(Sample.of_rows(with_calibration(rows, line)), options)
    return SplitCalibration(before, after, paired_difference(brier, mended, options.confidence))


def _describe(sample: Sample, options: EvaluationOptions) -> tuple[CalibrationMeasures, Measured]:
    """Return every measure, and the Brier score with what each patient moves it by."""
    measured = measure_metrics(sample, _ANY_THRESHOLD, options, [Metric.BRIER, Metric.ECE])
    line = calibration_slope_intercept(sample.label, sample.score)
    fitted = calibration_estimates(sample, line, options.confidence)
    brier = measured[Metric.BRIER]
    measures = CalibrationMeasures(
        brier.estimate,
        measured[Metric.ECE].estimate,
        **fitted,
        ici=calibration_index(sample),
    )
    return measures, brier
