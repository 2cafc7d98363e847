"""Every metric of scored radiographs with its interval."""

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.intervals import missing_reasons, patient_intervals
from pneumoscope.evaluation.metrics import summarise, undefined_reasons
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.naming import Column, Metric
from pneumoscope.options import EvaluationOptions


def estimate_metrics(
    rows: pd.DataFrame, threshold: float, options: EvaluationOptions, seed: int
) -> dict[Metric, Estimate]:
    """Compute every metric with its interval over patients.

    Args:
        rows: Columns patient_id, label and score.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Bootstrap, confidence and bins.
        seed: Seed of the bootstrap.
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
        metric: Estimate.of(value, intervals[metric], reasons.get(metric))
        for metric, value in values.items()
    }
