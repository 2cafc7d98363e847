import numpy as np
import pytest

from pneumoscope.evaluation.patients import as_patients, measure_patients
from pneumoscope.evaluation.records import Confusion
from pneumoscope.evaluation.sample import Sample
from pneumoscope.naming import Metric, PatientRule
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
# a: well, one of two scores is high; b: well; c: ill, found in one of three; d: ill, found.
PATIENT = ["a", "a", "b", "c", "c", "c", "d"]
LABEL = [0, 0, 0, 1, 1, 1, 1]
SCORE = [0.2, 0.7, 0.1, 0.6, 0.3, 0.3, 0.9]
SAMPLE = Sample.of(LABEL, SCORE, PATIENT)


def test_a_patient_has_the_mean_or_the_highest_of_his_scores():
    mean = as_patients(SAMPLE, PatientRule.MEAN_SCORE)
    highest = as_patients(SAMPLE, PatientRule.ANY_RADIOGRAPH)
    assert mean.score == pytest.approx([0.45, 0.1, 0.4, 0.9])
    assert highest.score.tolist() == [0.7, 0.1, 0.6, 0.9]
    assert mean.label.tolist() == highest.label.tolist() == [False, False, True, True]


def test_patients_are_counted_by_hand_under_both_rules():
    found = measure_patients(SAMPLE, 0.5, OPTIONS)
    assert found[PatientRule.MEAN_SCORE].confusion == Confusion(tn=2, fp=0, fn=1, tp=1)
    assert found[PatientRule.ANY_RADIOGRAPH].confusion == Confusion(tn=1, fp=1, fn=0, tp=2)
    any_one = found[PatientRule.ANY_RADIOGRAPH].metrics
    assert (any_one[Metric.SENSITIVITY].value, any_one[Metric.SPECIFICITY].value) == (1.0, 0.5)
    assert found[PatientRule.MEAN_SCORE].metrics[Metric.AUROC].value == 0.75


def test_one_radiograph_of_pneumonia_makes_a_patient_ill():
    mixed = as_patients(Sample.of([0, 1], [0.2, 0.4], ["a", "a"]), PatientRule.MEAN_SCORE)
    assert mixed.label.tolist() == [True]


def test_how_near_scores_are_to_probabilities_is_not_asked_of_patients():
    metrics = measure_patients(SAMPLE, 0.5, OPTIONS)[PatientRule.MEAN_SCORE].metrics
    assert not {Metric.BRIER, Metric.ECE} & set(metrics)


def test_a_mean_of_equal_scores_stays_within_bounds():
    sample = Sample.of([1] * 3, np.full(3, 1.0), ["a"] * 3)
    assert as_patients(sample, PatientRule.MEAN_SCORE).score.tolist() == [1.0]
