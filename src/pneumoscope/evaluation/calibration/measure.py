"""How far scores are probabilities, before and after a calibrator fitted on validation."""

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from pneumoscope.evaluation.calibration.calibrators import fit_calibrator
from pneumoscope.evaluation.calibration.intervals import calibration_intervals
from pneumoscope.evaluation.calibration.recalibration import (
    calibration_slope_intercept,
    recalibrate,
)
from pneumoscope.evaluation.estimate import estimate
from pneumoscope.evaluation.intervals import missing_reasons
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions

# The threshold plays no part in the two metrics that are kept.
_ANY_THRESHOLD = 0.5
_KEPT = (Metric.BRIER, Metric.ECE)


def measure_calibration(scores: pd.DataFrame, options: EvaluationOptions, seed: int) -> dict:
    """Fit a calibrator on validation; measure calibration before and after on every split.

    Args:
        scores: Columns patient_id, label, split and score.
        options: The method, bins and bootstrap.
        seed: Seed of the bootstrap.

    Returns:
        `method`, `temperature` (None for another method), `map` (slope and intercept on the
        logits; None without a calibrator), `reason` (why there is none) and, by split, `before`
        and `after`: brier and ece (value, low, high), slope, intercept, in_the_large, their
        `intervals`, and `reason` (why one of these three is None). Without a calibrator,
        `after` is None. Plain values, ready for JSON.
    """
    validation = scores[scores[Column.SPLIT] == Split.VALIDATION]
    fitted = fit_calibrator(labels_of(validation), scores_of(validation), options.calibration)
    line = (
        None
        if fitted.slope is None or fitted.intercept is None
        else {"slope": fitted.slope, "intercept": fitted.intercept}
    )
    return {
        "method": fitted.method.value,
        "temperature": fitted.temperature,
        "map": line,
        "reason": fitted.reason,
        "splits": {
            str(split): {
                "before": _describe(rows, options, seed),
                "after": line and _describe(with_calibration(rows, line), options, seed),
            }
            for split, rows in scores.groupby(Column.SPLIT, sort=False)
        },
    }


def with_calibration(rows: pd.DataFrame, line: Mapping[str, float]) -> pd.DataFrame:
    """Return the rows with their scores brought through a calibrator.

    Args:
        rows: Column score, in [0, 1].
        line: The `map` that `measure_calibration` gave.
    """
    return rows.assign(**{Column.SCORE: recalibrate(scores_of(rows), **line)})


def _describe(rows: pd.DataFrame, options: EvaluationOptions, seed: int) -> dict:
    measured = estimate(rows, _ANY_THRESHOLD, options, seed)
    line = calibration_slope_intercept(labels_of(rows), scores_of(rows))
    patient = rows[Column.PATIENT_ID].to_numpy()
    intervals = calibration_intervals(
        labels_of(rows), scores_of(rows), patient, line, options.bootstrap, options.confidence, seed
    )
    missing = missing_reasons(intervals, patient, options.bootstrap)
    return {
        **{metric.value: measured[metric] for metric in _KEPT},
        **asdict(line),
        "intervals": {
            name: {"low": None, "high": None, "reason": line.reason or missing[name]}
            if interval is None
            else {"low": interval[0], "high": interval[1]}
            for name, interval in intervals.items()
        },
    }
