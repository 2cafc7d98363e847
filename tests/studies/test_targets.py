import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.options import TargetOptions
from pneumoscope.studies.arms import Classifier
from pneumoscope.studies.records import TargetVerdict
from pneumoscope.studies.targets import all_positive_baseline, choose_classifier, judge_target


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (0.95, 0.92, 0.98, TargetVerdict.MET),
        (0.95, 0.85, 0.98, TargetVerdict.MET_BY_ESTIMATE),
        (0.95, None, None, TargetVerdict.MET_BY_ESTIMATE),
        (0.85, 0.80, 0.93, TargetVerdict.MISSED_BY_ESTIMATE),
        (0.85, 0.80, 0.89, TargetVerdict.MISSED),
        (0.85, None, None, TargetVerdict.MISSED_BY_ESTIMATE),
        (None, None, None, TargetVerdict.UNDEFINED),
    ],
)
def test_a_target_is_met_only_with_the_whole_interval(value, low, high, verdict):
    assert judge_target(Estimate(value, low, high), 0.9) is verdict


def target(**changes):
    given = {"metric": "sensitivity", "at_least": 0.9, "source": "the study"}
    return TargetOptions.model_validate(given | changes)


def test_the_classifier_is_chosen_on_validation_whatever_test_says(scored, evaluation):
    good_on_test = Classifier("lucky", scored([0.0] * 4 + [1.0] * 4, [0.1, 0.2, 0.3, 0.9]), 0.5)
    good_on_validation = Classifier("sound", scored([1.0] * 4 + [0.0] * 4), 0.5)
    assert (
        choose_classifier([good_on_test, good_on_validation], target(), evaluation).name == "sound"
    )


def test_among_those_that_reach_the_bound_the_second_metric_decides(scored, evaluation):
    sensitive = Classifier("calls everyone", scored([0.5] * 8, [0.8, 0.8, 0.9, 0.9]), 0.5)
    exact = Classifier("exact", scored([0.5] * 8), 0.5)
    chosen = choose_classifier([sensitive, exact], target(then="accuracy"), evaluation)
    assert chosen.name == "exact"


def test_where_none_reaches_the_bound_the_nearest_is_taken(scored, evaluation):
    never = Classifier("calls no one", scored([0.5] * 8, [0.1, 0.1, 0.1, 0.1]), 0.5)
    half = Classifier("half", scored([0.5] * 8, [0.9, 0.9, 0.1, 0.9]), 0.5)
    chosen = choose_classifier([never, half], target(then="accuracy"), evaluation)
    assert chosen.name == "half"


def test_the_all_positive_baseline_has_all_recall_and_half_the_accuracy(perfect, evaluation):
    metrics = [Metric.SENSITIVITY, Metric.ACCURACY, Metric.F1]
    found = all_positive_baseline(perfect, metrics, evaluation)
    values = {metric: estimate.value for metric, estimate in found.items()}
    assert values == {"sensitivity": 1.0, "accuracy": 0.5, "f1": pytest.approx(2 / 3)}
