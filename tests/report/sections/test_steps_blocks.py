import pytest
from example_studies import about, step, study_findings

from pneumoscope.report.blocks import Table
from pneumoscope.report.sections.steps import FIRST, steps_blocks

STEPWISE = {
    "target": {"metric": "sensitivity", "at_least": 0.9, "then": "accuracy", "source": "named"},
    "arms": {"honest": "by patient"},
    "stepwise": True,
    "tuned": [{"rule": "youden"}],
}


def values(sensitivity: float, accuracy: float) -> dict:
    return {"sensitivity": about(sensitivity), "accuracy": about(accuracy)}


def tables(gain: float) -> list[Table]:
    tuned = step("cnn, youden", **values(0.9, 0.8))
    steps = [
        step("mlp", **values(0.7, 0.8)),
        step("cnn", change=values(0.2, 0.0), **values(0.9, 0.8)),
    ]
    tuning = {
        "rule": "youden", "on_validation": tuned, "on_test": tuned, "optimism": values(0.0, gain),
    }  # fmt: skip
    found = study_findings(study=STEPWISE, differences={}, steps=steps, tuning=[tuning])
    return [block for block in steps_blocks(found) if isinstance(block, Table)]


def test_each_step_says_what_it_changed():
    steps, _ = tables(0.1)
    assert [row[0] for row in steps.rows] == ["mlp", "cnn"]
    assert steps.rows[0][-1] == FIRST
    assert "A gain of sensitivity is shown for cnn. " in steps.caption
    assert "Validation chooses cnn" in steps.caption


@pytest.mark.parametrize(
    ("gain", "sentence"),
    [
        (0.1, "Read off test, youden would have shown accuracy higher by 0.100"),
        (0.0, "No rule would have gained accuracy by being read off test."),
    ],
)
def test_the_caption_says_what_tuning_on_test_would_add(gain, sentence):
    _, tuning = tables(gain)
    assert sentence in tuning.caption


def test_without_steps_nothing_is_shown():
    assert steps_blocks(study_findings()) == []
