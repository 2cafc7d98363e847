import pytest

from pneumoscope.report.blocks import Estimate, Figure, Gallery, Table, Undefined
from pneumoscope.report.sections import calibration_section


def part(brier: float, slope: float | None = 0.5, in_the_large: float | None = 0.4) -> dict:
    return {
        "brier": {"value": brier, "low": 0.1, "high": 0.3},
        "ece": {"value": 0.2, "low": None, "high": None},
        "slope": slope,
        "intercept": slope and 0.1,
        "in_the_large": in_the_large,
        "reason": None if slope is not None else "all scores are equal",
    }


def section(before: dict, after: dict | None) -> tuple[Table, Figure]:
    fitted = {"temperature": 2.0, "reason": None}
    missing = {"temperature": None, "reason": "a class is absent"}
    found = (fitted if after else missing) | {
        "splits": {"test": {"before": before, "after": after}}
    }
    blocks = calibration_section({"cnn": {"calibration": found}}, {"cnn": b"png"}).blocks
    (table,) = [block for block in blocks if isinstance(block, Table)]
    (gallery,) = [block for block in blocks if isinstance(block, Gallery)]
    return table, gallery.figures[0]


def test_before_and_after_stand_one_below_the_other():
    table, _ = section(part(0.2), part(0.1, slope=1.0))
    before, after = table.rows
    assert before[:5] == ["cnn", "as they are", "none", Estimate(0.2, 0.1, 0.3), Estimate(0.2)]
    assert after[:3] == ["cnn", "calibrated", 2.0]
    assert after[5] == 1.0


@pytest.mark.parametrize(
    ("before", "after", "conclusion"),
    [
        (part(0.2), part(0.1), "from 0.200 to 0.200: the calibrated scores are the ones to show"),
        (
            part(0.1),
            part(0.2),
            "score from 0.100 to 0.200 and the ECE from 0.200 to 0.200: what validation",
        ),
        (part(0.2), None, "No temperature could be fitted: a class is absent."),
        (part(0.2, slope=-1.0), part(0.1), "scores do not rise with PNEUMONIA"),
        (part(0.2, slope=None), part(0.1), "not both defined (all scores are equal)"),
        (part(0.2), part(0.1), "too extreme (slope 0.50) and on average too low."),
        (part(0.2, 1.5, -0.4), part(0.1), "not extreme enough (slope 1.50) and on average too h"),
    ],
)
def test_the_caption_says_what_to_conclude(before, after, conclusion):
    assert conclusion in section(before, after)[1].caption


def test_undefined_values_have_their_reason():
    table, _ = section(part(0.2, slope=None), None)
    before, after = table.rows
    assert before[5:] == [Undefined("all scores are equal")] * 2
    assert after[2:] == [Undefined("a class is absent")] * 5
