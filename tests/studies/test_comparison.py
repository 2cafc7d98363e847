import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.studies.arms import Classifier
from pneumoscope.studies.comparison import compare, measure_leakage
from pneumoscope.studies.records import LeakagePart

METRICS = [Metric.SENSITIVITY, Metric.SPECIFICITY, Metric.ACCURACY]


def test_a_classifier_does_not_differ_from_itself(perfect, evaluation):
    found = compare(perfect, perfect, METRICS, evaluation)
    assert found.paired
    assert found.metrics[Metric.ACCURACY] == Estimate(0.0, 0.0, 0.0)


def test_the_difference_is_the_first_minus_the_second(perfect, half_blind, evaluation):
    found = compare(perfect, half_blind, METRICS, evaluation).metrics
    # Half of the four films with pneumonia are missed.
    assert found[Metric.SENSITIVITY].value == pytest.approx(0.5)
    assert found[Metric.SPECIFICITY].value == 0.0
    # Two of eight films are wrong.
    assert found[Metric.ACCURACY].value == pytest.approx(0.25)
    # Six patients, of whom two are read otherwise, do not prove it.
    assert -1 <= found[Metric.ACCURACY].low < 0 < 0.25 < found[Metric.ACCURACY].high <= 1


def test_other_films_are_compared_unpaired(perfect, evaluation):
    others = perfect.scores.assign(
        **{Column.RADIOGRAPH_ID: lambda rows: "other " + rows.iloc[:, 0]}
    )
    assert not compare(Classifier("other", others, 0.5), perfect, METRICS, evaluation).paired


def test_an_undefined_metric_has_no_difference(perfect, evaluation):
    ill = perfect.scores[
        (perfect.scores[Column.SPLIT] != Split.TEST) | (perfect.scores[Column.LABEL] != "NORMAL")
    ]
    found = compare(Classifier("ill", ill, 0.5), perfect, METRICS, evaluation).metrics
    assert found[Metric.SPECIFICITY].value is None
    assert found[Metric.SPECIFICITY].bounds is None
    assert found[Metric.SPECIFICITY].reason


def test_patients_of_train_are_measured_apart(half_blind, evaluation):
    found = measure_leakage(half_blind, frozenset({"p2", "n1"}), METRICS, evaluation)
    assert (found.leaked.n, found.leaked.patients) == (2, 2)
    assert found.leaked.metrics[Metric.SENSITIVITY].value == 1.0
    # p1 is missed, and one of p3's two films.
    assert found.new.metrics[Metric.SENSITIVITY].value == pytest.approx(1 / 3)


def test_where_no_patient_leaked_there_is_nothing_to_measure(half_blind, evaluation):
    found = measure_leakage(half_blind, frozenset(), METRICS, evaluation)
    assert found.leaked == LeakagePart(0, 0, {})
    assert found.new.n == 8
