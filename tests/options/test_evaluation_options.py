import pytest
from pydantic import ValidationError

from pneumoscope.options import EvaluationOptions, ThresholdOptions


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"low": 0.3},
        {"low": 0.7, "high": 0.3},
        {"low": 0.5, "high": 0.5},
        {"low": 0.3, "high": 0.7, "share": 0.1},
        {"high": 0.7, "share": 0.1},
    ],
)
def test_a_grey_zone_needs_its_bounds_or_a_share_and_not_both(given):
    with pytest.raises(ValidationError, match="expected `low` below `high`, or `share` alone"):
        ThresholdOptions.model_validate({"rule": "grey_zone", **given})


@pytest.mark.parametrize("given", [{"low": 0.0, "high": 0.5}, {"share": 1.0}])
def test_a_zone_leaves_room_on_both_sides(given):
    with pytest.raises(ValidationError, match=r"greater than 0|less than 1"):
        ThresholdOptions.model_validate({"rule": "grey_zone", **given})


@pytest.mark.parametrize(
    ("given", "name", "reads"),
    [
        ({"low": 0.3, "high": 0.75}, "grey_zone low 0.3 high 0.75", False),
        ({"share": 0.1}, "grey_zone share 0.1", True),
    ],
)
def test_a_grey_zone_is_named_with_what_it_reads(given, name, reads):
    options = ThresholdOptions.model_validate({"rule": "grey_zone", **given})
    assert (options.name, options.reads_validation) == (name, reads)


def test_only_what_is_fixed_beforehand_reads_no_validation():
    fixed = ThresholdOptions.model_validate({"rule": "fixed", "value": 0.5})
    assert not fixed.reads_validation
    assert ThresholdOptions.model_validate({"rule": "youden"}).reads_validation


def test_an_unknown_calibration_is_refused():
    with pytest.raises(ValidationError, match="'temperature' or 'platt'"):
        EvaluationOptions.model_validate(
            {"threshold": {"rule": "youden"}, "calibration": "isotonic"}
        )
