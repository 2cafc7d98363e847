"""Metrics of rows with their intervals, as plain values."""

import pandas as pd

from pneumoscope.evaluation.intervals import missing_reasons, patient_intervals
from pneumoscope.evaluation.metrics import summarise, undefined_reasons
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.naming import Column, Metric
from pneumoscope.options import EvaluationOptions


def estimate(
    rows: pd.DataFrame, threshold: float, options: EvaluationOptions, seed: int
) -> dict[Metric, dict]:
    """Compute every metric with its interval over patients.

    Args:
        rows: Columns patient_id, label and score.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Bootstrap, confidence and bins.
        seed: Seed of the bootstrap.

    Returns:
        By metric value, low and high, and `reason` where the value or its interval is None.
    """
    label, score, patient = labels_of(rows), scores_of(rows), rows[Column.PATIENT_ID].to_numpy()
    values = summarise(label, score, threshold, options.ece_bins)
    intervals = patient_intervals(
        label,
        score,
        patient,
        threshold,
        options.bootstrap,
        options.confidence,
        seed,
        options.ece_bins,
    )
    # Why a value is undefined also explains its interval, and says more.
    reasons = {
        **missing_reasons(intervals, patient, options.bootstrap),
        **undefined_reasons(label, score, threshold),
    }
    return {
        metric: _plain(value, intervals[metric], reasons.get(metric))
        for metric, value in values.items()
    }


def _plain(value: float | None, interval: tuple[float, float] | None, reason: str | None) -> dict:
    low, high = interval or (None, None)
    measured = {"value": value, "low": low, "high": high}
    return measured if reason is None else {**measured, "reason": reason}
