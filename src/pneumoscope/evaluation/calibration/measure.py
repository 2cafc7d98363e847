"""How far scores are probabilities, before and after a calibrator fitted on validation."""

import pandas as pd

from pneumoscope.evaluation.calibration.calibrators import fit_calibrator
from pneumoscope.evaluation.calibration.intervals import calibration_intervals
from pneumoscope.evaluation.calibration.recalibration import (
    calibration_slope_intercept,
    recalibrate,
)
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.intervals import missing_reasons
from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.records import (
    Calibration,
    CalibrationMap,
    CalibrationMeasures,
    SplitCalibration,
)
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions

# The threshold plays no part in the Brier score and the ECE.
_ANY_THRESHOLD = 0.5


def measure_calibration(scores: pd.DataFrame, options: EvaluationOptions, seed: int) -> Calibration:
    """Fit a calibrator on validation; measure calibration before and after on every split.

    Args:
        scores: Columns patient_id, label, split and score.
        options: The method, bins and bootstrap.
        seed: Seed of the bootstrap.
    """
    validation = scores[scores[Column.SPLIT] == Split.VALIDATION]
    fitted = fit_calibrator(labels_of(validation), scores_of(validation), options.calibration)
    line = (
        None
        if fitted.slope is None or fitted.intercept is None
        else CalibrationMap(fitted.slope, fitted.intercept)
    )
    splits = {
        str(split): SplitCalibration(
            _describe(rows, options, seed),
            None if line is None else _describe(with_calibration(rows, line), options, seed),
        )
        for split, rows in scores.groupby(Column.SPLIT, sort=False)
    }
    return Calibration(fitted.method, fitted.temperature, line, fitted.reason, splits)


def with_calibration(rows: pd.DataFrame, line: CalibrationMap) -> pd.DataFrame:
    """Return the rows with their scores brought through a calibrator.

    Args:
        rows: Column score, in [0, 1].
        line: The `map` that `measure_calibration` gave.
    """
    return rows.assign(**{Column.SCORE: recalibrate(scores_of(rows), line.slope, line.intercept)})


def _describe(rows: pd.DataFrame, options: EvaluationOptions, seed: int) -> CalibrationMeasures:
    measured = estimate_metrics(rows, _ANY_THRESHOLD, options)
    line = calibration_slope_intercept(labels_of(rows), scores_of(rows))
    patient = rows[Column.PATIENT_ID].to_numpy()
    intervals = calibration_intervals(
        labels_of(rows), scores_of(rows), patient, line, options.bootstrap, options.confidence, seed
    )
    missing = missing_reasons(intervals, patient, options.bootstrap)
    fitted = {
        name: Estimate.of(
            getattr(line, name), interval, (line.reason or missing[name]) if not interval else None
        )
        for name, interval in intervals.items()
    }
    return CalibrationMeasures(measured[Metric.BRIER], measured[Metric.ECE], **fitted)
