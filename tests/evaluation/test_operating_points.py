import json

import pandas as pd
import pytest

from pneumoscope.evaluation.metrics import Confusion
from pneumoscope.evaluation.operating_points import (
    consequences,
    operating_points,
    predictive_values,
)
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate(
    {
        "threshold": {"rule": "youden"},
        "operating_points": [{"rule": "fixed", "value": 0.5}, {"rule": "youden"}],
        "prevalences": [0.1],
        "bootstrap": 0,
    }
)


def scored(split: str, labels: str, scores: list[float]) -> pd.DataFrame:
    label = ["PNEUMONIA" if letter == "P" else "NORMAL" for letter in labels]
    return pd.DataFrame({"split": split, "label": label, "score": scores})


SCORES = pd.concat(
    [
        scored("validation", "NNNPPP", [0.1, 0.4, 0.6, 0.35, 0.8, 0.9]),
        scored("test", "NNPP", [0.2, 0.75, 0.6, 0.8]),
    ]
)


def test_every_rule_is_chosen_on_validation_and_told_for_each_split():
    points = operating_points(SCORES, OPTIONS)
    assert list(points) == ["youden", "fixed 0.5"]
    assert points["youden"]["threshold"] == pytest.approx(0.7)
    test = points["youden"]["splits"]["test"]
    assert test["confusion"] == {"tn": 1, "fp": 1, "fn": 1, "tp": 1}
    assert (test["sensitivity"], test["ppv"], test["accuracy"]) == (0.5, 0.5, 0.5)
    assert points["fixed 0.5"]["splits"]["validation"]["specificity"] == pytest.approx(2 / 3)
    assert [point["locked"] for point in points.values()] == [True, False]


def test_test_rows_move_no_threshold():
    moved = SCORES.assign(score=SCORES["score"].where(SCORES["split"] != "test", 0.01))
    before, after = operating_points(SCORES, OPTIONS), operating_points(moved, OPTIONS)
    assert [p["threshold"] for p in before.values()] == [p["threshold"] for p in after.values()]
    assert before["youden"]["splits"]["test"] != after["youden"]["splits"]["test"]


def test_a_rule_that_validation_cannot_serve_says_so():
    one_class = SCORES[(SCORES["split"] == "test") | (SCORES["label"] == "NORMAL")]
    fixed = OPTIONS.model_copy(update={"threshold": OPTIONS.operating_points[0]})
    points = operating_points(one_class, fixed)
    assert points["fixed 0.5"]["threshold"] == 0.5
    assert points["youden"] == {
        "locked": False, "threshold": None, "splits": {},
        "reason": "validation holds one class only, so the rule cannot be applied",
    }  # fmt: skip
    validation = points["fixed 0.5"]["splits"]["validation"]
    assert validation["sensitivity"] is None
    assert validation["undefined"]["sensitivity"] == "no radiograph is PNEUMONIA"
    assert "a class is absent" in validation["predictive_values"]["0.1"]["reason"]


def test_consequences_agree_with_a_matrix_computed_by_hand():
    values = consequences(Confusion(tn=6, fp=2, fn=1, tp=3))
    assert values == {
        "sensitivity": 0.75, "specificity": 0.75, "ppv": 0.6, "npv": pytest.approx(6 / 7),
        "accuracy": 0.75, "f1": pytest.approx(2 / 3), "undefined": {},
    }  # fmt: skip


def test_an_undefined_consequence_has_its_reason():
    values = consequences(Confusion(tn=2, fp=0, fn=0, tp=0))
    assert values["ppv"] is None
    assert set(values["undefined"]) == {"sensitivity", "ppv", "f1"}
    assert values["undefined"]["ppv"] == "no radiograph is predicted PNEUMONIA"


def test_predictive_values_follow_the_prevalence():
    # 1000 children, 100 with pneumonia: 90 found, 90 false alarms; 810 and 10 called NORMAL.
    (values,) = predictive_values(0.9, 0.9, [0.1]).values()
    assert values == {"ppv": pytest.approx(0.5), "npv": pytest.approx(810 / 820)}
    (none,) = predictive_values(0.0, 1.0, [0.1]).values()
    assert (none["ppv"], none["reason"]) == (None, "no radiograph is predicted PNEUMONIA")


def test_everything_is_ready_for_json():
    assert json.loads(json.dumps(operating_points(SCORES, OPTIONS), allow_nan=False))
