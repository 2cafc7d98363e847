import pytest

from pneumoscope.naming import Column, Metric, Split
from pneumoscope.studies.arms import Reader
from pneumoscope.studies.comparison import differences, seen_and_unseen


def test_a_reader_does_not_flatter_itself(perfect, evaluation):
    found = differences(perfect, perfect, evaluation)
    values = {key: found[Metric.ACCURACY][key] for key in ("value", "low", "high", "paired")}
    assert values == {"value": 0.0, "low": 0.0, "high": 0.0, "paired": True}


def test_the_difference_is_the_first_minus_the_second(perfect, half_blind, evaluation):
    found = differences(perfect, half_blind, evaluation)
    # Half of the four films with pneumonia are missed.
    assert found[Metric.SENSITIVITY]["value"] == pytest.approx(0.5)
    assert found[Metric.SPECIFICITY]["value"] == 0.0
    # Two of eight films are wrong.
    assert found[Metric.ACCURACY]["value"] == pytest.approx(0.25)
    # Six patients, of whom two are read otherwise, do not prove it.
    assert -1 <= found[Metric.ACCURACY]["low"] < 0 < 0.25 < found[Metric.ACCURACY]["high"] <= 1


def test_other_films_are_compared_unpaired(perfect, evaluation):
    others = perfect.scores.assign(
        **{Column.RADIOGRAPH_ID: lambda rows: "other " + rows.iloc[:, 0]}
    )
    found = differences(Reader("other", others, 0.5), perfect, evaluation)
    assert not found[Metric.ACCURACY]["paired"]


def test_an_undefined_metric_has_no_difference(perfect, evaluation):
    ill = perfect.scores[
        (perfect.scores[Column.SPLIT] != Split.TEST) | (perfect.scores[Column.LABEL] != "NORMAL")
    ]
    found = differences(Reader("ill", ill, 0.5), perfect, evaluation)
    assert found[Metric.SPECIFICITY]["value"] is None
    assert found[Metric.SPECIFICITY]["low"] is None


def test_children_of_train_are_measured_apart(half_blind, evaluation):
    found = seen_and_unseen(half_blind, frozenset({"p2", "n1"}), evaluation)
    assert (found["seen"]["n"], found["seen"]["patients"]) == (2, 2)
    assert found["seen"]["metrics"]["sensitivity"]["value"] == 1.0
    # p1 is missed, and one of p3's two films.
    assert found["unseen"]["metrics"]["sensitivity"]["value"] == pytest.approx(1 / 3)


def test_where_no_child_was_seen_there_is_nothing_to_measure(half_blind, evaluation):
    found = seen_and_unseen(half_blind, frozenset(), evaluation)
    assert found["seen"] == {"n": 0, "patients": 0, "metrics": {}}
    assert found["unseen"]["n"] == 8
