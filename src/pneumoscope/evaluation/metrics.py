"""Every metric of scored radiographs at one threshold, with its interval over patients."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pneumoscope.evaluation.calibration.reliability import calibration_error
from pneumoscope.evaluation.decisions import count_decisions, measure_ratios
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import Measured, paired_difference
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.ranking import auroc, average_precision
from pneumoscope.evaluation.sample import Sample
from pneumoscope.naming import Column, Consequence, Metric
from pneumoscope.options import EvaluationOptions

BIASED = (
    "chance alone lifts it above 0, the more so the fewer radiographs a bin holds, so that an "
    "interval around it would miss the true error"
)
"""Why the expected calibration error has no interval."""

NO_RADIOGRAPH = "there is no radiograph"

OF_SCORES = {Metric.AUROC, Metric.AVERAGE_PRECISION, Metric.BRIER, Metric.ECE}
"""Metrics that read scores and no threshold."""


@dataclass(frozen=True)
class Scored:
    """What a metric is measured on.

    Attributes:
        sample: The radiographs.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence, and bins of the expected calibration error.
    """

    sample: Sample
    threshold: float
    options: EvaluationOptions

    @cached_property
    def decided(self) -> Mapping[str, Measured]:
        """The ratios of decisions at the threshold."""
        counts = count_decisions(self.sample, (self.threshold, self.threshold))
        return measure_ratios(counts, self.options.confidence)


def measure_metrics(
    sample: Sample,
    threshold: float,
    options: EvaluationOptions,
    metrics: Iterable[Metric] = tuple(Metric),
) -> dict[Metric, Measured]:
    """Measure metrics, with what each patient moves them by.

    Args:
        sample: The radiographs.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence, and bins of the expected calibration error.
        metrics: Which; nothing is computed for the others.
    """
    scored = Scored(sample, threshold, options)
    return {metric: MEASURES[metric](scored) for metric in metrics}


def estimate_metrics(
    rows: pd.DataFrame,
    threshold: float,
    options: EvaluationOptions,
    metrics: Iterable[Metric] = tuple(Metric),
) -> dict[Metric, Estimate]:
    """Estimate metrics with their intervals over patients.

    Args:
        rows: Columns patient_id, label and score.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence, and bins of the expected calibration error.
        metrics: Which; nothing is computed for the others.
    """
    measured = measure_metrics(Sample.of_rows(rows), threshold, options, metrics)
    return {metric: found.estimate for metric, found in measured.items()}


def metric_differences(
    first: pd.DataFrame,
    second: pd.DataFrame,
    thresholds: tuple[float, float],
    options: EvaluationOptions,
) -> dict[Metric, Estimate]:
    """Subtract every metric of a second reading of the same radiographs from that of a first.

    Args:
        first: Columns radiograph_id, patient_id, label and score.
        second: The same radiographs in the same order, with other scores.
        thresholds: Of the first and of the second reading.
        options: Confidence, and bins of the expected calibration error.

    Returns:
        Differences with intervals, paired by patient; 0 for certain where scores are equal, and
        thresholds too or the metric reads none.

    Raises:
        ValueError: The radiographs differ.
    """
    if first[Column.RADIOGRAPH_ID].tolist() != second[Column.RADIOGRAPH_ID].tolist():
        raise ValueError(
            f"expected the same {len(first)} radiographs in the same order, received {len(second)} "
            "that differ; score the same radiographs with both"
        )
    samples = Sample.of_rows(first), Sample.of_rows(second)
    measured = [
        measure_metrics(sample, threshold, options)
        for sample, threshold in zip(samples, thresholds, strict=True)
    ]
    same_scores = np.array_equal(samples[0].score, samples[1].score)
    same = set(Metric) if thresholds[0] == thresholds[1] else OF_SCORES
    return {
        metric: _nothing(found.estimate)
        if same_scores and metric in same
        else paired_difference(found, measured[1][metric], options.confidence)
        for metric, found in measured[0].items()
    }


def _nothing(estimate: Estimate) -> Estimate:
    return (
        Estimate(None, reason=estimate.reason)
        if estimate.value is None
        else Estimate(0.0, 0.0, 0.0)
    )


def _brier(sample: Sample, confidence: float) -> Measured:
    # A mean of values in [0, 1] varies at most as a proportion does.
    errors = sample.by_patient(np.square(sample.score - sample.label))
    return proportion(errors, sample.by_patient(), confidence, NO_RADIOGRAPH)


def _ece(sample: Sample, bins: int) -> Measured:
    value = calibration_error(sample.label, sample.score, bins)
    reason = NO_RADIOGRAPH if value is None else BIASED
    return Measured(Estimate(value, reason=reason), np.zeros(sample.patients))


def _ratio(consequence: Consequence) -> Callable[[Scored], Measured]:
    return lambda scored: scored.decided[consequence]


MEASURES: dict[Metric, Callable[[Scored], Measured]] = {
    Metric.ACCURACY: _ratio(Consequence.ACCURACY),
    Metric.PRECISION: _ratio(Consequence.PPV),
    Metric.SENSITIVITY: _ratio(Consequence.SENSITIVITY),
    Metric.SPECIFICITY: _ratio(Consequence.SPECIFICITY),
    Metric.F1: _ratio(Consequence.F1),
    Metric.AUROC: lambda scored: auroc(scored.sample, scored.options.confidence),
    Metric.AVERAGE_PRECISION: lambda scored: average_precision(
        scored.sample, scored.options.confidence
    ),
    Metric.BRIER: lambda scored: _brier(scored.sample, scored.options.confidence),
    Metric.ECE: lambda scored: _ece(scored.sample, scored.options.ece_bins),
    Metric.MACRO_PRECISION: _ratio(Consequence.MACRO_PRECISION),
    Metric.MACRO_RECALL: _ratio(Consequence.MACRO_RECALL),
    Metric.MACRO_F1: _ratio(Consequence.MACRO_F1),
}
"""How each metric is measured, with what each patient moves it by."""
