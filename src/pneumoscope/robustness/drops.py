"""Drops: metrics of altered films against the same films as they are."""

from collections.abc import Mapping

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metrics import estimate_metrics, metric_differences
from pneumoscope.naming import Column, Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness.records import Altered, Counted, Metrics

KNOWN = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)
"""What is measured of films, in the order in which it is shown."""


def measure(rows: pd.DataFrame, threshold: float, options: EvaluationOptions) -> Metrics:
    """Measure films: columns patient_id, label and score."""
    return _known(estimate_metrics(rows, threshold, options))


def compare(
    whole: pd.DataFrame, altered: pd.DataFrame, threshold: float, options: EvaluationOptions
) -> Altered:
    """Measure altered films, and by how much each metric drops from the films as they are.

    Args:
        whole: Columns radiograph_id, patient_id, label and score, of the films as they are.
        altered: The same films in the same order, with other scores.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence and bins.

    Raises:
        ValueError: The films are others, or in another order.
    """
    drops = metric_differences(whole, altered, (threshold, threshold), options)
    return Altered(measure(altered, threshold, options), _known(drops))


def count(rows: pd.DataFrame) -> Counted:
    """Count films, one a row, and their patients."""
    return Counted(len(rows), int(rows[Column.PATIENT_ID].nunique()))


def _known(found: Mapping[Metric, Estimate]) -> Metrics:
    return {metric: found[metric] for metric in KNOWN}
