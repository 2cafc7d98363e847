"""How far scores are probabilities, before and after a temperature fitted on validation."""

from dataclasses import asdict

import pandas as pd

from pneumoscope.evaluation.estimates import estimate
from pneumoscope.evaluation.recalibration import (
    apply_temperature,
    calibration_slope_intercept,
    fit_temperature,
)
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions

# The threshold plays no part in the two metrics that are kept.
_ANY_THRESHOLD = 0.5
_KEPT = (Metric.BRIER, Metric.ECE)


def measure_calibration(scores: pd.DataFrame, options: EvaluationOptions, seed: int) -> dict:
    """Fit a temperature on validation; measure calibration before and after on every split.

    Args:
        scores: Columns patient_id, label, split and score.
        options: Bins and bootstrap.
        seed: Seed of the bootstrap.

    Returns:
        `temperature`, `reason` (why it is None) and, by split, `before` and `after`: brier and
        ece (value, low, high), slope, intercept, in_the_large and `reason` (why one of these
        three is None). Without a temperature, `after` is None. Plain values, ready for JSON.
    """
    validation = scores[scores[Column.SPLIT] == Split.VALIDATION]
    fitted = fit_temperature(labels_of(validation), scores_of(validation))
    return {
        "temperature": fitted.value,
        "reason": fitted.reason,
        "splits": {
            str(split): {
                "before": _describe(rows, options, seed),
                "after": None
                if fitted.value is None
                else _describe(with_temperature(rows, fitted.value), options, seed),
            }
            for split, rows in scores.groupby(Column.SPLIT, sort=False)
        },
    }


def with_temperature(rows: pd.DataFrame, temperature: float) -> pd.DataFrame:
    """Return the rows with their scores brought through a temperature.

    Args:
        rows: Column score, in [0, 1].
        temperature: Above 0.
    """
    return rows.assign(**{Column.SCORE: apply_temperature(scores_of(rows), temperature)})


def _describe(rows: pd.DataFrame, options: EvaluationOptions, seed: int) -> dict:
    measured = estimate(rows, _ANY_THRESHOLD, options, seed)
    line = calibration_slope_intercept(labels_of(rows), scores_of(rows))
    return {**{metric.value: measured[metric] for metric in _KEPT}, **asdict(line)}
