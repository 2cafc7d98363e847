"""How far scores are probabilities, before and after a calibrator fitted on validation."""

import numpy as np
import pandas as pd

from pneumoscope.evaluation.calibration.calibrators import fit_calibrator
from pneumoscope.evaluation.calibration.intervals import calibration_intervals
from pneumoscope.evaluation.calibration.recalibration import (
    calibration_slope_intercept,
    recalibrate,
)
from pneumoscope.evaluation.clustered import clustered_mean
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.intervals import missing_reasons
from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.records import (
    Calibration,
    CalibrationMap,
    CalibrationMeasures,
    SplitCalibration,
)
from pneumoscope.evaluation.score_arrays import FloatArray, labels_of, scores_of
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
    labels = labels_of(validation)
    line, reason = fit_calibrator(labels, scores_of(validation), options.calibration)
    prevalence = float(labels.mean()) if labels.size else None
    splits = {
        str(split): _before_and_after(rows, line, options, seed)
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


def _before_and_after(
    rows: pd.DataFrame, line: CalibrationMap | None, options: EvaluationOptions, seed: int
) -> SplitCalibration:
    before = _describe(rows, options, seed)
    if line is None:
        return SplitCalibration(before, None, None)
    mended = with_calibration(rows, line)
    gain = _squared_errors(rows) - _squared_errors(mended)
    patient = rows[Column.PATIENT_ID].to_numpy()
    paired = clustered_mean(gain, patient, options.confidence)
    return SplitCalibration(before, _describe(mended, options, seed), paired)


def _squared_errors(rows: pd.DataFrame) -> FloatArray:
    return np.square(scores_of(rows) - labels_of(rows))


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
