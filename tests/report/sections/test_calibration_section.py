import pytest
from example_metrics import estimate, model_metrics

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.report.blocks import Figure, Gallery, Paragraph, Part, Table
from pneumoscope.report.sections.calibration import calibration_section


def around(value: float | None, width: float, reason: str | None = None) -> dict:
    bounds = (None, None) if value is None else (value - width, value + width)
    return estimate(value, *bounds, reason=reason)


def part(
    brier: float = 0.2, slope: float | None = 0.5, level: float = 0.0, width: float = 0.1
) -> dict:
    """Measures with intervals of +- `width` for the slope and the mean logit."""
    reason = None if slope is not None else "all scores are equal"
    return {
        "brier": estimate(brier, 0.1, 0.3),
        "ece": estimate(0.2),
        "slope": around(slope, width, reason),
        "intercept": around(slope and 0.1, width, reason),
        "in_the_large": around(level, width),
    }


WELL = part(0.1, 1.0)
TEMPERATURE = {
    "method": "temperature", "prevalence": 0.74, "map": {"slope": 0.5, "intercept": 0.0},
    "reason": None,
}  # fmt: skip
MISSING = {"method": "platt", "prevalence": 0.74, "map": None, "reason": "a class is absent"}
PLATT = {**MISSING, "map": {"slope": 0.5, "intercept": -0.25}, "reason": None}


def calibrated(
    before: dict, after: dict | None, gain: dict, fitted: dict = TEMPERATURE
) -> ModelMetrics:
    """A model whose map does to validation what it shall."""
    gain = None if after is None else gain
    test = {"before": before, "after": after, "gain": gain}
    found = (fitted if after else MISSING) | {
        "splits": {"test": test, "validation": test | {"after": after and WELL}}
    }
    return model_metrics({"calibration": None}, calibration=found)


def section(
    before: dict, after: dict | None, gain: float = 0.1, fitted: dict = TEMPERATURE
) -> tuple[Table, Figure]:
    found = calibrated(before, after, around(gain, 0.02), fitted)
    blocks = calibration_section({"cnn": found}, {"cnn": b"png"}).blocks
    (table,) = [block for block in blocks if isinstance(block, Table)]
    (gallery,) = [block for block in blocks if isinstance(block, Gallery)]
    return table, gallery.figures[0]


def caption(before: dict = WELL, after: dict | None = WELL, gain: float = 0.1) -> str:
    return section(before, after, gain)[1].caption


def test_of_many_models_each_diagram_is_a_part_that_tells_its_conclusion():
    metrics = dict.fromkeys("abcd", calibrated(part(), WELL, around(0.1, 0.02)))
    blocks = calibration_section(metrics, dict.fromkeys("abcd", b"png")).blocks
    parts = [block for block in blocks if isinstance(block, Part)]
    assert [found.name for found in parts] == ["a", "b", "c", "d"]
    assert parts[0].blocks[0].caption == f"a on test: {parts[0].summary}"


def test_the_conclusion_stands_in_words_where_there_is_no_diagram():
    found = calibrated(part(), WELL, around(0.1, 0.02))
    last = calibration_section({"cnn": found}, {}).blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.text == caption(part())
    drawn = calibration_section({"cnn": found}, {"cnn": b"png"}).blocks
    assert [block for block in drawn[1:] if isinstance(block, Paragraph)] == []


def test_before_and_after_stand_one_below_the_other():
    table, _ = section(part(0.2), WELL)
    before, after = table.rows
    assert before[:5] == ["cnn", "as they are", "none", Estimate(0.2, 0.1, 0.3), Estimate(0.2)]
    assert after[:3] == ["cnn", "calibrated", "divided by 2.000"]
    assert after[6] == Estimate(1.0, 0.9, 1.1)


def test_platt_shows_its_line_and_is_named_with_the_prevalence_in_the_introduction():
    table, _ = section(part(), WELL, fitted=PLATT)
    assert table.rows[1][2] == "-0.250 + 0.500 × logit"
    found = calibrated(part(), WELL, around(0.1, 0.02), PLATT)
    introduction = calibration_section({"cnn": found}, {}).blocks[0]
    assert "as common as in validation (74% PNEUMONIA)" in introduction.text
    assert "Platt scaling, a slope and an intercept" in introduction.text


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (part(slope=0.5, level=0.4), "too extreme (slope 0.500 (0.400 to 0.600)) and on average "
         "too low by 0.400 (0.300 to 0.500) as logits."),
        (part(slope=1.5, level=-0.4), "not extreme enough (slope 1.500 (1.400 to 1.600)) and on "
         "average too high by 0.400"),
        (part(slope=1.0, level=0.4), "scores are on average too low by 0.400"),
        # Off by more than their standard errors, but not by more than chance brings.
        (part(slope=0.9, level=-0.1), "no error of the scores is shown: slope 0.900 (0.800 to 1"),
        # Shown, and too small to matter.
        (part(slope=0.95, level=0.05, width=0.02), "no error of the scores is shown"),
        (part(slope=None), "not both defined (all scores are equal)"),
    ],
)  # fmt: skip
def test_an_error_of_the_scores_is_named_where_it_is_shown(before, told):
    assert told in caption(before)


@pytest.mark.parametrize(
    ("gain", "told"),
    [
        (0.1, "Calibrating helps: Brier score on test lower by 0.100 (0.080 to 0.120)."),
        (-0.1, "Calibrating does harm: Brier score on test higher by 0.100 (0.080 to 0.120). Read"),
        (0.01, "Whether calibrating helps cannot be told (Brier score on test before minus after"),
    ],
)
def test_what_calibrating_does_is_told_as_far_as_it_is_shown(gain, told):
    assert told in caption(gain=gain)


def test_a_change_that_is_bounded_is_called_little():
    found = calibrated(WELL, WELL, around(0.001, 0.005))
    (gallery,) = calibration_section({"cnn": found}, {"cnn": b"png"}).blocks[2:]
    assert "Calibrating changes little" in gallery.figures[0].caption


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (part(slope=1.0, level=0.5), "where calibrated scores are on average too low by 0.500"),
        (part(slope=0.6), "where calibrated scores are too extreme (slope 0.600"),
    ],
)
def test_a_map_that_is_shown_to_fail_on_test_is_said_to_fail(after, told):
    assert "The map does not hold on test" in caption(after=after)
    assert told in caption(after=after)
    assert "read no score as a probability" in caption(after=after)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (part(slope=1.0, level=0.15), "Whether the map holds on test cannot be told"),
        (part(slope=1.0, width=0.01), "The map holds on test: its slope errs by less than 0.2"),
    ],
)
def test_a_map_that_is_not_shown_to_fail_is_not_warned_of(after, told):
    assert told in caption(after=after)
    assert "read no score" not in caption(after=after)


def test_without_a_map_or_validation_it_is_said_so():
    assert caption(after=None).endswith("Nothing could be fitted: a class is absent.")
    test = {"before": part(), "after": WELL, "gain": around(0.1, 0.02)}
    found = model_metrics({"calibration": None}, calibration=PLATT | {"splits": {"test": test}})
    (gallery,) = calibration_section({"cnn": found}, {"cnn": b"png"}).blocks[2:]
    assert gallery.figures[0].caption.endswith("cannot be told: validation is missing.")


def test_undefined_values_have_their_reason():
    table, _ = section(part(0.2, slope=None), None)
    before, after = table.rows
    assert before[6:] == [Estimate(None, reason="all scores are equal")] * 2
    assert after[2:] == [Estimate(None, reason="a class is absent")] * 6


def test_curves_are_told_of_where_any_could_be_fitted():
    curve = {"ici": estimate(0.04)}
    assert "Curves are smooth" in caption(WELL | curve)
    assert "Curves are smooth" not in caption(WELL | {"ici": estimate(None, reason="separated")})
