"""Scores counted by patient: all radiographs of a patient give one answer."""

import numpy as np

from pneumoscope.evaluation.decisions import confusion
from pneumoscope.evaluation.metrics import measure_metrics
from pneumoscope.evaluation.records import PatientMetrics
from pneumoscope.evaluation.sample import Sample
from pneumoscope.naming import Metric, PatientRule
from pneumoscope.options import EvaluationOptions

# How near a mean, or a maximum, of scores is to a probability says nothing of the scores.
_OF_SCORES = {Metric.BRIER, Metric.ECE}


def measure_patients(
    sample: Sample, threshold: float, options: EvaluationOptions
) -> dict[PatientRule, PatientMetrics]:
    """Measure at the locked threshold what all radiographs of a patient say together.

    Args:
        sample: The radiographs.
        threshold: A patient with a score of at least this is predicted PNEUMONIA.
        options: Confidence.
    """
    return {rule: _measure(as_patients(sample, rule), threshold, options) for rule in PatientRule}


def as_patients(sample: Sample, rule: PatientRule) -> Sample:
    """Return each patient once: PNEUMONIA with a radiograph that is, scored by a rule.

    Args:
        sample: The radiographs.
        rule: The mean of the scores; or the highest, which reaches a threshold where any does.
    """
    if rule is PatientRule.MEAN_SCORE:
        score = sample.by_patient(sample.score) / sample.by_patient()
    else:
        score = np.zeros(sample.patients)
        np.maximum.at(score, sample.patient, sample.score)
    label = sample.by_patient(sample.label) > 0
    # A mean of equal scores may exceed them by a rounding.
    return Sample(label, np.clip(score, 0, 1), np.arange(sample.patients), sample.patients)


def _measure(sample: Sample, threshold: float, options: EvaluationOptions) -> PatientMetrics:
    measured = measure_metrics(sample, threshold, options)
    return PatientMetrics(
        confusion(sample.label, sample.score, threshold),
        {metric: found.estimate for metric, found in measured.items() if metric not in _OF_SCORES},
    )
