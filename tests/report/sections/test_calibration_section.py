import pytest
from example_metrics import estimate, model_metrics

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.report.blocks import Figure, Gallery, Part, Table
from pneumoscope.report.sections.calibration import calibration_section


def part(brier: float, slope: float | None = 0.5, in_the_large: float | None = 0.4) -> dict:
    reason = None if slope is not None else "all scores are equal"
    bounds = (None, None) if slope is None else (-1.0, 2.0)
    return {
        "brier": estimate(brier, 0.1, 0.3),
        "ece": estimate(0.2),
        "slope": estimate(slope, *bounds, reason=reason),
        "intercept": estimate(slope and 0.1, *bounds, reason=reason),
        "in_the_large": estimate(in_the_large),
    }


def calibrated(found: dict) -> ModelMetrics:
    return model_metrics({"calibration": None}, calibration=found)


TEMPERATURE = {
    "method": "temperature", "temperature": 2.0, "map": {"slope": 0.5, "intercept": 0.0},
    "reason": None,
}  # fmt: skip
MISSING = {"method": "platt", "temperature": None, "map": None, "reason": "a class is absent"}
PLATT = {**MISSING, "map": {"slope": 0.5, "intercept": -0.25}, "reason": None}


def section(before: dict, after: dict | None, fitted: dict = TEMPERATURE) -> tuple[Table, Figure]:
    found = (fitted if after else MISSING) | {
        "splits": {"test": {"before": before, "after": after}}
    }
    blocks = calibration_section({"cnn": calibrated(found)}, {"cnn": b"png"}).blocks
    (table,) = [block for block in blocks if isinstance(block, Table)]
    (gallery,) = [block for block in blocks if isinstance(block, Gallery)]
    return table, gallery.figures[0]


def test_of_many_models_each_diagram_is_a_part_that_tells_its_conclusion():
    splits = {"test": {"before": part(0.2), "after": part(0.1)}}
    metrics = {key: calibrated(TEMPERATURE | {"splits": splits}) for key in "abcd"}
    blocks = calibration_section(metrics, dict.fromkeys("abcd", b"png")).blocks
    parts = [block for block in blocks if isinstance(block, Part)]
    assert [found.name for found in parts] == ["a", "b", "c", "d"]
    assert parts[0].blocks[0].caption == f"a on test: {parts[0].told}"


def test_before_and_after_stand_one_below_the_other():
    table, _ = section(part(0.2), part(0.1, slope=1.0))
    before, after = table.rows
    assert before[:5] == ["cnn", "as they are", "none", Estimate(0.2, 0.1, 0.3), Estimate(0.2)]
    assert after[:3] == ["cnn", "calibrated", "divided by 2.000"]
    assert after[5] == Estimate(1.0, -1.0, 2.0)


def test_platt_shows_its_line_and_is_named_in_the_introduction():
    table, _ = section(part(0.2), part(0.1), PLATT)
    assert table.rows[1][2] == "-0.250 + 0.500 × logit"
    found = PLATT | {"splits": {"test": {"before": part(0.2), "after": part(0.1)}}}
    introduction = calibration_section({"cnn": calibrated(found)}, {}).blocks[0]
    assert "Platt's line, a slope and an intercept" in introduction.text


@pytest.mark.parametrize(
    ("before", "after", "conclusion"),
    [
        (part(0.2), part(0.1), "from 0.200 to 0.200: the calibrated scores are the ones to show"),
        (
            part(0.1),
            part(0.2),
            "score from 0.100 to 0.200 and the ECE from 0.200 to 0.200: what validation",
        ),
        (part(0.2), None, "Nothing could be fitted: a class is absent."),
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
    assert before[5:] == [Estimate(None, reason="all scores are equal")] * 2
    assert after[2:] == [Estimate(None, reason="a class is absent")] * 5
