"""Scores of altered films measured against those of the same films as they are."""

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metrics import estimate_metrics, metric_differences
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions

SHOWN = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)


class Baseline:
    """Films as they are, for altered copies to be measured against.

    Args:
        rows: Columns radiograph_id, patient_id, label and score.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence and bins.
    """

    def __init__(self, rows: pd.DataFrame, threshold: float, options: EvaluationOptions) -> None:
        """Measure the films once for all copies."""
        self._rows, self._threshold, self._options = rows, threshold, options
        self._measured = self._measure(rows)

    @property
    def measured(self) -> dict[str, dict]:
        """AUROC, accuracy, sensitivity and specificity: value, low, high, and a reason if None."""
        return self._measured

    def compare(self, altered: pd.DataFrame) -> dict[str, dict]:
        """Measure altered copies of the same films, and how far each metric falls.

        Args:
            altered: The rows of the baseline in the same order, with other scores.

        Returns:
            As `measured`, each metric with `fall`: value, low and high of baseline minus
            altered, paired by patient; a reason where one is None.

        Raises:
            ValueError: The films are others, or in another order.
        """
        falls = _plain(
            metric_differences(self._rows, altered, (self._threshold,) * 2, self._options)
        )
        return {
            metric: {**found, "fall": falls[metric]}
            for metric, found in self._measure(altered).items()
        }

    def _measure(self, rows: pd.DataFrame) -> dict[str, dict]:
        return _plain(estimate_metrics(rows, self._threshold, self._options))


def _plain(found: Mapping[Metric, Estimate]) -> dict[str, dict]:
    return {metric.value: asdict(found[metric]) for metric in SHOWN}
