import pytest

from pneumoscope.naming import Metric, Split
from pneumoscope.options import ThresholdOptions
from pneumoscope.studies.arms import Classifier
from pneumoscope.studies.steps import compare_steps, tune_on_test, with_tuned_thresholds

ACCURATE = ThresholdOptions.model_validate({"rule": "max_accuracy"})


@pytest.fixture
def shifted(scored) -> Classifier:
    """Score test higher than validation: a threshold that suits one does not suit the other."""
    return Classifier("shifted", scored([0.5, 0.6, 0.6, 0.7, 0.8, 0.9, 0.9, 1.0]), 0.5)


def test_a_rule_reads_its_threshold_off_validation(shifted):
    (tuned,) = with_tuned_thresholds(shifted, [ACCURATE])
    assert tuned.name == "shifted, max_accuracy"
    assert 0.2 < tuned.threshold <= 0.8


def test_a_rule_can_be_read_off_test_to_measure_its_optimism(shifted):
    (peeked,) = with_tuned_thresholds(shifted, [ACCURATE], Split.TEST)
    assert 0.7 < peeked.threshold <= 0.8


def test_tuning_on_test_gains_what_no_new_patient_confirms(shifted, evaluation):
    (found,) = tune_on_test(shifted, [ACCURATE], [Metric.ACCURACY], evaluation)
    # The midpoint of validation's gap, 0.5, calls all four healthy films ill.
    assert found.on_validation.test[Metric.ACCURACY].value == pytest.approx(0.5)
    assert found.on_test.test[Metric.ACCURACY].value == 1.0
    assert found.optimism[Metric.ACCURACY].value == pytest.approx(0.5)


def test_each_step_is_compared_with_the_one_before(half_blind, perfect, evaluation):
    first, second = compare_steps([half_blind, perfect], [Metric.SENSITIVITY], evaluation)
    assert first.change is None
    assert second.change[Metric.SENSITIVITY].value == pytest.approx(0.5)
    assert first.validation[Metric.SENSITIVITY].value == 1.0
    assert second.test[Metric.SENSITIVITY].value == 1.0
