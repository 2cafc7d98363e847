import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import FeatureSet, Label, Metric, Split
from pneumoscope.robustness.records import SingleFeature
from pneumoscope.robustness.verdicts import baseline_verdict, shift_verdict

BYTES = SingleFeature("bytes", 0.93, False, (22861.0, 14823.0))


def told(value: float | None, width: float = 0.05, reason: str | None = None) -> str:
    found = Estimate(value, reason=reason)
    if value is not None:
        found = Estimate(value, value - width, min(1, value + width))
    return shift_verdict(dict.fromkeys(FeatureSet, found), [BYTES], Split.TEST, Label.NORMAL)


@pytest.mark.parametrize(
    ("value", "consequence"),
    [
        (0.95, "need not hold there"),
        (0.75, "expect metrics measured on films like those of train to change"),
        (0.62, "a small difference, which may change scores a little"),
        (0.20, "expect metrics measured on films like those of train to change"),
    ],
)
def test_a_difference_is_told_with_its_size_above_and_below_a_half(value, consequence):
    assert told(value).startswith(f"NORMAL: test is separable from train with AUROC {value:.2f} (")
    assert consequence in told(value)
    assert "mainly by the file size, median 14,823 in test against 22,861 in train" in told(value)


def test_no_difference_is_claimed_where_none_is_shown():
    assert told(0.61, 0.15).startswith("NORMAL: whether test differs from train cannot be told")
    assert told(0.52, 0.04).startswith(
        "NORMAL: test against train lies within 0.1 of chance, AUROC 0.52"
    )
    assert told(None, reason="test has 8 of 8").endswith("Nothing can be told: test has 8 of 8.")


def baseline(train: float, test: float | None, width: float = 0.03) -> str:
    aurocs = {
        split: {Metric.AUROC: Estimate(value, value - width, value + width)}
        if value is not None
        else {Metric.AUROC: Estimate(None, reason="no radiograph is NORMAL")}
        for split, value in ((Split.TRAIN, train), (Split.TEST, test))
    }
    return baseline_verdict(aurocs)


@pytest.mark.parametrize(
    ("found", "ending"),
    [
        (
            baseline(0.9, 0.6),
            "does not carry over, nor does a model that relies on these features.",
        ),
        (baseline(0.9, 0.88), "can come from the disease."),
        (baseline(0.51, 0.5, 0.06), "Whether they are a shortcut on test cannot be told."),
        (
            baseline(0.51, 0.5, 0.02),
            "On test these features alone rank less than 0.05 above chance.",
        ),
        (baseline(0.9, None), "Nothing can be told: no radiograph is NORMAL."),
    ],
)
def test_what_simple_numbers_are_worth_is_told_as_far_as_it_is_shown(found, ending):
    assert found.endswith(ending)
