import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Figure, Note, Paragraph, Table
from pneumoscope.report.sections.study import study_headline, study_section

STUDY = {
    "name": "Study",
    "asked": "It asked for recall.",
    "target": {"metric": "sensitivity", "at_least": 0.9, "source": "named by the study"},
    "protocol": "As it was.",
    "flatters": "Much.",
    "differs": ["Not at all."],
    "arms": {"reproduced": "as published", "honest": "by patient"},
    "honest": "honest",
    "published": [{"architecture": "cnn", "source": "its table", "metrics": {"sensitivity": 0.98}}],
}


def estimate(value: float | None, margin: float = 0.05, **more: object) -> dict:
    bounds = (None, None) if value is None else (value - margin, value + margin)
    return {"value": value, "low": bounds[0], "high": bounds[1], **more}


def arm(sensitivity: float, flaws: list[str]) -> dict:
    models = {"cnn": {"sensitivity": estimate(sensitivity)}}
    part = {"n": 8, "patients": 6, "models": models}
    return {"flaws": flaws, "test": part, "validation": part}


def findings(difference: dict, everyone: float = 1.0, **study: object) -> dict:
    return {
        "study": {**STUDY, **study},
        "arms": {"reproduced": arm(0.97, ["It leaks."]), "honest": arm(0.85, [])},
        "differences": {"reproduced": {"cnn": {"sensitivity": difference}}},
        "seen": {},
        "steps": [],
        "tuning_on_test": [],
        "chosen": {
            "name": "cnn",
            "test": {"sensitivity": estimate(0.85)},
            "verdict": "not met",
        },
        "everyone_ill": {"sensitivity": everyone},
    }


@pytest.fixture
def found() -> dict:
    return findings(estimate(0.12, paired=True))


def blocks(found: dict) -> dict:
    return {type(block): block for block in reversed(study_section(found, b"png").blocks)}


def test_the_verdict_comes_first_with_the_interval(found):
    first = study_section(found).blocks[0]
    assert isinstance(first, Note)
    assert first.warns
    assert first.text == study_headline(found)
    assert "sensitivity of 0.9 or more: not met." in first.text
    assert "reaches 0.850 (0.800 to 0.900) on test under the protocol honest" in first.text


def test_a_target_met_by_calling_every_film_ill_is_no_success(found):
    assert "It calls every film" not in study_headline(found)
    found["chosen"] |= {
        "verdict": "met",
        "test": {
            "sensitivity": estimate(1.0),
            "specificity": estimate(0.0),
            "auroc": estimate(0.4),
        },
    }
    found["everyone_ill"] = {"sensitivity": 1.0, "specificity": 0.0, "auroc": 0.5}
    first = study_section(found).blocks[0]
    assert first.text.endswith("what is met is met by a model that sees nothing.")
    assert first.warns
    found["chosen"]["test"]["specificity"] = estimate(0.1)
    assert not study_section(found).blocks[0].warns


def test_a_target_that_seeing_nothing_would_meet_is_named(found):
    assert "met by a model that sees nothing" in blocks(found)[Note].items[-1]
    ruled_out = findings(estimate(0.12, paired=True), everyone=0.6)
    assert "which the target rules out" in blocks(ruled_out)[Note].items[-1]


def test_published_reproduced_and_honest_stand_beside_each_other(found):
    table = blocks(found)[Table]
    assert table.header == [
        "model", "metric", "published", "reproduced", "honest", "reproduced − honest",
    ]  # fmt: skip
    (row,) = table.rows
    assert row[2] == 0.98
    assert row[3] == Estimate(0.97, 0.97 - 0.05, 0.97 + 0.05)
    assert row[5] == Estimate(0.12, 0.07, 0.17)
    assert "cnn: its table" in table.caption


def test_what_was_not_published_says_so():
    elsewhere = {"architecture": "vgg16", "source": "its table", "metrics": {"auroc": 0.9}}
    table = blocks(findings(estimate(0.12, paired=True), published=[elsewhere]))[Table]
    assert table.rows[0][2] == Estimate(None, reason="the study published no such number")


def test_a_study_that_published_nothing_has_no_such_column():
    table = blocks(findings(estimate(0.12, paired=True), published=[]))[Table]
    assert table.header == ["model", "metric", "reproduced", "honest", "reproduced − honest"]
    assert "The study published no number." in table.caption


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (estimate(0.12, paired=True), "on the same films, paired by patient: it flatters"),
        (estimate(0.02, paired=False), "with the luck of both draws: no difference in sensitivity"),
        (
            estimate(None, paired=True),
            "Protocol reproduced cannot be compared: sensitivity is undefined",
        ),
    ],
)
def test_the_caption_says_whether_the_protocol_flatters(difference, sentence):
    assert sentence in blocks(findings(difference))[Table].caption


def test_the_films_of_each_protocol_are_counted(found):
    assert "all with the same 8 films of 6 children" in blocks(found)[Paragraph].text
    others = findings(estimate(0.02, paired=False))
    assert "other films on test in each (8 in reproduced and 8" in blocks(others)[Paragraph].text


def test_a_figure_is_shown_if_there_is_one(found):
    assert blocks(found)[Figure].png == b"png"
    assert Figure not in {type(block) for block in study_section(found).blocks}
