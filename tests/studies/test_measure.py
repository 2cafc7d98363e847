import json

import pytest

from pneumoscope.studies.arms import Reader
from pneumoscope.studies.measure import measure_study


@pytest.fixture
def cnn(perfect, half_blind):
    return Reader("cnn", perfect.scores, 0.5), Reader("cnn", half_blind.scores, 0.5)


def test_each_protocol_is_compared_with_the_honest_one(study, evaluation, arm_of, cnn):
    flattered, honest = cnn
    arms = {"reproduced": arm_of(flattered, flaws=["It leaks."]), "honest": arm_of(honest)}
    found = measure_study(study, evaluation, arms)
    assert list(found["differences"]) == ["reproduced"]
    assert found["differences"]["reproduced"]["cnn"]["sensitivity"]["value"] == pytest.approx(0.5)
    assert found["arms"]["reproduced"]["flaws"] == ["It leaks."]
    assert found["everyone_ill"] == {"sensitivity": 1.0, "accuracy": 0.5}


def test_the_honest_protocol_is_judged(study, evaluation, arm_of, cnn):
    flattered, honest = cnn
    arms = {"reproduced": arm_of(flattered), "honest": arm_of(honest)}
    chosen = measure_study(study, evaluation, arms)["chosen"]
    assert chosen["test"]["sensitivity"]["value"] == 0.5
    assert chosen["validation"]["sensitivity"] == 1.0
    assert chosen["verdict"].startswith("not met")


def test_only_a_protocol_that_tears_children_apart_shows_them_apart(study, evaluation, arm_of, cnn):
    flattered, honest = cnn
    arms = {"reproduced": arm_of(flattered, trained_on=["p3"]), "honest": arm_of(honest)}
    found = measure_study(study, evaluation, arms)
    assert list(found["seen"]) == ["reproduced"]
    assert found["seen"]["reproduced"]["cnn"]["seen"]["n"] == 2


def test_a_ladder_ends_in_the_tuned_thresholds_of_its_last_model(
    study, evaluation, arm_of, half_blind, perfect
):
    ladder = study.model_validate(
        study.model_dump()
        | {
            "arms": {"honest": "by patient"},
            "ladder": True,
            "tuned": [{"rule": "youden"}],
        }
    )
    found = measure_study(ladder, evaluation, {"honest": arm_of(half_blind, perfect)})
    assert [step["step"] for step in found["steps"]] == ["half blind", "perfect", "perfect, youden"]
    assert [row["rule"] for row in found["tuning_on_test"]] == ["youden"]


def test_the_findings_are_ready_for_json(study, evaluation, arm_of, cnn):
    flattered, honest = cnn
    arms = {"reproduced": arm_of(flattered, trained_on=["p3"]), "honest": arm_of(honest)}
    found = measure_study(study, evaluation, arms)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
