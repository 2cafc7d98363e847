"""Every metric of scored radiographs at one threshold, with its interval over patients."""

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
    "chance alone lifts it above 0, the more so the fewer radiographs a bin holds, and no interval "
    "that was tried held it as often as promised"
)
"""Why the expected calibration error has no interval."""

NO_RADIOGRAPH = "there is no radiograph"

# Metrics of decisions, by what the same ratio is called among the consequences of a threshold.
_DECIDED = {
    Metric.PRECISION: Consequence.PPV,
    **{Metric(name.value): name for name in Consequence if name.value in list(Metric)},
}


def measure_metrics(
    sample: Sample, threshold: float, options: EvaluationOptions
) -> dict[Metric, Measured]:
    """Measure every metric, with what each patient moves it by.

    Args:
        sample: The radiographs.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence, and bins of the expected calibration error.
    """
    decided = measure_ratios(count_decisions(sample, (threshold, threshold)), options.confidence)
    found = {
        **{metric: decided[name] for metric, name in _DECIDED.items()},
        Metric.AUROC: auroc(sample, options.confidence),
        Metric.AVERAGE_PRECISION: average_precision(sample, options.confidence),
        Metric.BRIER: _brier(sample, options.confidence),
        Metric.ECE: _ece(sample, options.ece_bins),
    }
    return {metric: found[metric] for metric in Metric}


def estimate_metrics(
    rows: pd.DataFrame, threshold: float, options: EvaluationOptions
) -> dict[Metric, Estimate]:
    """Estimate every metric with its interval over patients.

    Args:
        rows: Columns patient_id, label and score.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence, and bins of the expected calibration error.
    """
    measured = measure_metrics(Sample.of_rows(rows), threshold, options)
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
        Differences with intervals, paired by patient; 0 for certain where scores and thresholds
        are equal.

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
    same = np.array_equal(samples[0].score, samples[1].score) and thresholds[0] == thresholds[1]
    return {
        metric: _nothing(found.estimate)
        if same
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
