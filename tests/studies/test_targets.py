import pytest

from pneumoscope.naming import Metric
from pneumoscope.options import TargetOptions
from pneumoscope.studies.arms import Reader
from pneumoscope.studies.targets import (
    Verdict,
    calling_everyone_ill,
    choose_reader,
    judge,
    on_validation,
)


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (0.95, 0.92, 0.98, Verdict.MET),
        (0.95, 0.85, 0.98, Verdict.MET_BY_ESTIMATE),
        (0.95, None, None, Verdict.MET_BY_ESTIMATE),
        (0.85, 0.80, 0.93, Verdict.MISSED_BY_ESTIMATE),
        (0.85, 0.80, 0.89, Verdict.MISSED),
        (0.85, None, None, Verdict.MISSED_BY_ESTIMATE),
        (None, None, None, Verdict.UNDEFINED),
    ],
)
def test_a_target_is_met_only_with_the_whole_interval(value, low, high, verdict):
    assert judge({"value": value, "low": low, "high": high}, 0.9) is verdict


def target(**changes):
    given = {"metric": "sensitivity", "at_least": 0.9, "source": "the study"}
    return TargetOptions.model_validate(given | changes)


def test_the_reader_is_chosen_on_validation_whatever_test_says(scored, evaluation):
    good_on_test = Reader("lucky", scored([0.0] * 4 + [1.0] * 4, [0.1, 0.2, 0.3, 0.9]), 0.5)
    good_on_validation = Reader("sound", scored([1.0] * 4 + [0.0] * 4), 0.5)
    assert choose_reader([good_on_test, good_on_validation], target(), evaluation).name == "sound"


def test_among_those_that_reach_the_bound_the_second_metric_decides(scored, evaluation):
    sensitive = Reader("calls everyone", scored([0.5] * 8, [0.8, 0.8, 0.9, 0.9]), 0.5)
    exact = Reader("exact", scored([0.5] * 8), 0.5)
    chosen = choose_reader([sensitive, exact], target(then="accuracy"), evaluation)
    assert chosen.name == "exact"


def test_where_none_reaches_the_bound_the_nearest_is_taken(scored, evaluation):
    never = Reader("calls no one", scored([0.5] * 8, [0.1, 0.1, 0.1, 0.1]), 0.5)
    half = Reader("half", scored([0.5] * 8, [0.9, 0.9, 0.1, 0.9]), 0.5)
    chosen = choose_reader([never, half], target(then="accuracy"), evaluation)
    assert chosen.name == "half"


def test_validation_alone_is_measured(half_blind, evaluation):
    assert on_validation(half_blind, evaluation)[Metric.SENSITIVITY] == 1.0


def test_calling_everyone_ill_reaches_all_recall_and_half_the_accuracy(perfect, evaluation):
    metrics = [Metric.SENSITIVITY, Metric.ACCURACY, Metric.F1]
    found = calling_everyone_ill(perfect, metrics, evaluation)
    assert found == {"sensitivity": 1.0, "accuracy": 0.5, "f1": pytest.approx(2 / 3)}
