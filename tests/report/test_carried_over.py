import pytest
from example_metrics import estimate, model_metrics

from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.report.carried_over import carried_over, carried_over_in_words


def splits(sensitivity: float | None, specificity: float, width: float = 0.03) -> dict:
    """Test with such values; validation has 0.9 and 0.8, and all intervals reach `width`."""

    def metrics(first: float | None, second: float) -> dict:
        bounds = (None, None) if first is None else (first - width, first + width)
        return {
            "metrics": {
                "sensitivity": estimate(first, *bounds, reason=None if first else "no PNEUMONIA"),
                "specificity": estimate(second, second - width, second + width),
            }
        }

    found = {"validation": metrics(0.9, 0.8), "test": metrics(sensitivity, specificity)}
    return model_metrics(splits=found).splits


def test_a_threshold_that_does_not_carry_over_is_told_by_what_moved():
    found = splits(0.9, 0.6)
    assert carried_over(found)[0] is Verdict.SHOWN
    # Both widths, for two claims: 0.2 +- 2.241 / 1.960 * sqrt(2) * 0.03.
    assert carried_over_in_words(found) == (
        "It does not carry over: on test specificity is lower by 0.200 (0.151 to 0.249) than on "
        "validation. Scores mean something else there; choose a threshold on local radiographs "
        "first."
    )


def test_a_better_test_is_no_reason_to_trust_the_threshold_either():
    assert "specificity is higher by 0.150" in carried_over_in_words(splits(0.9, 0.95))


def test_a_test_within_the_bound_carries_over():
    found = splits(0.91, 0.79, width=0.01)
    assert carried_over(found)[0] is Verdict.SMALL
    assert carried_over_in_words(found).startswith(
        "It carries over within 0.05 (test minus validation: sensitivity 0.010 ("
    )


@pytest.mark.parametrize("specificity", [0.8, 0.76])
def test_what_the_intervals_leave_open_is_left_open(specificity):
    # 0.76 lies at the edge of validation's interval, as one in six of equal pairs does.
    found = splits(0.9, specificity, width=0.04)
    assert carried_over(found)[0] is Verdict.OPEN
    assert carried_over_in_words(found).startswith(
        "Whether it carries over to test cannot be told (test minus validation: sensitivity"
    )


def test_a_missing_class_or_split_leaves_it_open():
    found = splits(None, 0.8)
    assert carried_over(found)[0] is Verdict.OPEN
    assert "(test minus validation: specificity 0.000 (" in carried_over_in_words(found)
    alone = {"test": found["test"]}
    assert carried_over(alone) == (Verdict.OPEN, {})
    assert "validation or test lacks a class" in carried_over_in_words(alone)
