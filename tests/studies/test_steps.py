import pytest

from pneumoscope.naming import Metric, Split
from pneumoscope.options import ThresholdOptions
from pneumoscope.studies.arms import Reader
from pneumoscope.studies.steps import climb, tuned_readers, tuning_on_test

ACCURATE = ThresholdOptions.model_validate({"rule": "max_accuracy"})


@pytest.fixture
def shifted(scored) -> Reader:
    """Score test higher than validation: a threshold that suits one does not suit the other."""
    return Reader("shifted", scored([0.5, 0.6, 0.6, 0.7, 0.8, 0.9, 0.9, 1.0]), 0.5)


def test_a_rule_reads_its_threshold_off_validation(shifted):
    (tuned,) = tuned_readers(shifted, [ACCURATE])
    assert tuned.name == "shifted, max_accuracy"
    assert 0.2 < tuned.threshold <= 0.8


def test_a_rule_can_be_read_off_test_to_measure_what_that_flatters(shifted):
    (peeked,) = tuned_readers(shifted, [ACCURATE], Split.TEST)
    assert 0.7 < peeked.threshold <= 0.8


def test_tuning_on_test_gains_what_no_new_child_confirms(shifted, evaluation):
    (found,) = tuning_on_test(shifted, [ACCURATE], [Metric.ACCURACY], evaluation)
    # The midpoint of validation's gap, 0.5, calls all four healthy films ill.
    assert found["validation"]["test"]["accuracy"]["value"] == pytest.approx(0.5)
    assert found["test"]["test"]["accuracy"]["value"] == 1.0
    assert found["flattery"]["accuracy"]["value"] == pytest.approx(0.5)


def test_each_step_is_compared_with_the_one_before(half_blind, perfect, evaluation):
    first, second = climb([half_blind, perfect], [Metric.SENSITIVITY], evaluation)
    assert "change" not in first
    assert second["change"]["sensitivity"]["value"] == pytest.approx(0.5)
    assert first["validation"] == second["validation"] == {"sensitivity": 1.0}
    assert second["test"]["sensitivity"]["value"] == 1.0
