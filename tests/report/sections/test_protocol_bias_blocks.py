import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.options import StudyOptions
from pneumoscope.report.blocks import Table
from pneumoscope.report.sections.protocol_bias import flattery_blocks


@pytest.fixture
def study() -> StudyOptions:
    return StudyOptions.model_validate(
        {
            "name": "Study",
            "asked": "It asked for recall.",
            "target": {"metric": "sensitivity", "at_least": 0.9, "source": "the study"},
            "protocol": "As it was.",
            "flatters": "Much.",
            "differs": ["Not at all."],
            "arms": {"reproduced": "as published", "honest": "by patient"},
            "honest": "honest",
        }
    )


def part(n: int, value: float) -> dict:
    measured = {"value": value, "low": value - 0.05, "high": value + 0.05}
    return {"n": n, "patients": n, "models": {"cnn": {"sensitivity": measured}}}


def findings(promised: float, **more: dict) -> dict:
    arms = {
        "reproduced": {"validation": part(16, promised), "test": part(100, 0.8)},
        "honest": {"validation": part(50, 0.82), "test": part(100, 0.8)},
    }
    return {"arms": arms, "seen": {}, **more}


def tables(found: dict, study: StudyOptions) -> list[Table]:
    return [block for block in flattery_blocks(found, study) if isinstance(block, Table)]


def test_what_validation_promised_stands_beside_what_test_gave(study):
    (promises,) = tables(findings(1.0), study)
    assert promises.rows[0] == [
        "reproduced", "cnn", 16, Estimate(1.0, 0.95, 1.05), Estimate(0.8, 0.75, 0.8 + 0.05),
    ]  # fmt: skip
    assert len(promises.rows) == 2


@pytest.mark.parametrize(
    ("promised", "sentence"),
    [
        (1.0, "Promised more than test's interval holds: cnn under reproduced."),
        (0.84, "No promise lies above the interval that test gave."),
    ],
)
def test_a_broken_promise_is_named(study, promised, sentence):
    (promises,) = tables(findings(promised), study)
    assert sentence in promises.caption


def test_children_seen_in_training_stand_beside_the_others(study):
    measured = {"value": 0.9, "low": 0.8, "high": 0.95}
    parts = {
        "seen": {"n": 5, "patients": 3, "metrics": {"sensitivity": measured}},
        "unseen": {"n": 0, "patients": 0, "metrics": {}},
    }
    _, seen = tables(findings(1.0, seen={"reproduced": {"cnn": parts}}), study)
    assert seen.rows == [
        [
            "cnn",
            "sensitivity",
            Estimate(0.9, 0.8, 0.95),
            Estimate(None, reason="no such film is in test"),
        ]
    ]
    assert "5 films of 3 children" in seen.caption
