"""Scores of altered films measured against those of the same films as they are."""

from dataclasses import asdict

import numpy as np
import pandas as pd

from pneumoscope.evaluation.intervals import percentile_interval, resampled_metrics
from pneumoscope.evaluation.metric_estimates import estimate_metrics
from pneumoscope.evaluation.score_arrays import FloatArray, labels_of, scores_of
from pneumoscope.naming import Column, Metric
from pneumoscope.options import EvaluationOptions

SHOWN = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)


class Baseline:
    """Films as they are, for altered copies to be measured against.

    Args:
        rows: Columns radiograph_id, patient_id, label and score.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Bootstrap, confidence and bins.
        seed: Seed of the bootstrap.
    """

    def __init__(
        self, rows: pd.DataFrame, threshold: float, options: EvaluationOptions, seed: int
    ) -> None:
        """Measure the films once for all copies."""
        self._rows, self._threshold = rows, threshold
        self._options, self._seed = options, seed
        self._measured, self._resampled = self._measure(rows), self._resample(rows)

    @property
    def measured(self) -> dict[str, dict]:
        """AUROC, accuracy, sensitivity and specificity: value, low, high, and a reason if None."""
        return self._measured

    def compare(self, altered: pd.DataFrame) -> dict[str, dict]:
        """Measure altered copies of the same films, and how far each metric falls.

        Args:
            altered: The rows of the baseline in the same order, with other scores.

        Returns:
            As `measure`, each metric with `fall`: value, low and high of baseline minus
            altered, paired by film and by resample; a reason where one is None.

        Raises:
            ValueError: The films are others, or in another order.
        """
        self._check(altered)
        measured, resampled = self._measure(altered), self._resample(altered)
        return {
            metric: {**found, "fall": self._fall(metric, found, resampled[metric])}
            for metric, found in measured.items()
        }

    def _measure(self, rows: pd.DataFrame) -> dict[str, dict]:
        found = estimate_metrics(rows, self._threshold, self._options, self._seed)
        return {str(metric): asdict(found[metric]) for metric in SHOWN}

    def _resample(self, rows: pd.DataFrame) -> dict[str, FloatArray]:
        """Return the metrics on resamples of the patients, the same for every copy."""
        if not self._options.bootstrap:
            return {str(metric): np.empty(0) for metric in SHOWN}
        found = resampled_metrics(
            labels_of(rows),
            scores_of(rows),
            rows[Column.PATIENT_ID].to_numpy(),
            self._threshold,
            self._options.bootstrap,
            self._seed,
            self._options.ece_bins,
        )
        return {str(metric): found[metric] for metric in SHOWN}

    def _fall(self, metric: str, altered: dict, resampled: FloatArray) -> dict:
        before, after = self._measured[metric]["value"], altered["value"]
        value = None if before is None or after is None else before - after
        # What leaves the interval of a metric undefined leaves that of its fall undefined too.
        if altered["low"] is None:
            return {"value": value, "low": None, "high": None, "reason": altered["reason"]}
        interval = percentile_interval(
            self._resampled[metric] - resampled, self._options.confidence
        )
        low, high = interval or (None, None)
        return {"value": value, "low": low, "high": high}

    def _check(self, altered: pd.DataFrame) -> None:
        found = altered[Column.RADIOGRAPH_ID].tolist()
        if found != self._rows[Column.RADIOGRAPH_ID].tolist():
            raise ValueError(
                f"expected the {len(self._rows)} films of the baseline in their order, received "
                f"{len(found)} starting {found[:3]}; score the same films under every change"
            )
