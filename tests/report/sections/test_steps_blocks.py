import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.options import StudyOptions
from pneumoscope.report.blocks import Table
from pneumoscope.report.sections.steps import ladder_blocks


@pytest.fixture
def study() -> StudyOptions:
    return StudyOptions.model_validate(
        {
            "name": "Study",
            "asked": "It asked for recall.",
            "target": {
                "metric": "sensitivity", "at_least": 0.9, "then": "accuracy", "source": "the study",
            },
            "protocol": "As it was.",
            "flatters": "Much.",
            "differs": ["Not at all."],
            "arms": {"honest": "by patient"},
            "honest": "honest",
            "ladder": True,
            "tuned": [{"rule": "youden"}],
        }
    )  # fmt: skip


def values(sensitivity: float, accuracy: float, margin: float = 0.05) -> dict:
    return {
        name: {"value": value, "low": value - margin, "high": value + margin}
        for name, value in (("sensitivity", sensitivity), ("accuracy", accuracy))
    }


def step(name: str, sensitivity: float, **more: dict) -> dict:
    chosen_by = {"sensitivity": sensitivity, "accuracy": 0.8}
    tested = values(sensitivity, 0.8)
    return {"step": name, "threshold": 0.5, "validation": chosen_by, "test": tested, **more}


def found(gain: float) -> dict:
    return {
        "steps": [step("mlp", 0.7), step("cnn", 0.9, change=values(0.2, 0.0))],
        "tuning_on_test": [
            {
                "rule": "youden",
                "validation": step("cnn, youden", 0.9),
                "test": step("cnn, youden", 0.9),
                "flattery": values(0.0, gain),
            }
        ],
        "chosen": {"name": "cnn"},
    }


def tables(gain: float, study: StudyOptions) -> list[Table]:
    return [block for block in ladder_blocks(found(gain), study) if isinstance(block, Table)]


def test_each_step_says_what_it_changed(study):
    steps, _ = tables(0.1, study)
    assert [row[0] for row in steps.rows] == ["mlp", "cnn"]
    assert steps.rows[0][-1] == Estimate(None, reason="the first step has none before it")
    assert "raise sensitivity beyond chance: cnn. " in steps.caption
    assert "Validation chooses cnn" in steps.caption


@pytest.mark.parametrize(
    ("gain", "sentence"),
    [
        (0.1, "Read off test, youden would have shown 0.100 more accuracy"),
        (0.0, "No rule would have gained accuracy by being read off test."),
    ],
)
def test_the_caption_says_what_tuning_on_test_would_pretend(study, gain, sentence):
    _, tuning = tables(gain, study)
    assert sentence in tuning.caption


def test_without_a_ladder_nothing_is_shown(study):
    assert ladder_blocks({"steps": [], "tuning_on_test": []}, study) == []
