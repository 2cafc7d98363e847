import json

import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.consequences import consequences, measure_decisions
from pneumoscope.evaluation.estimate import estimate
from pneumoscope.evaluation.metrics import Confusion
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate(
    {"threshold": {"rule": "youden"}, "prevalences": [0.1], "bootstrap": 200}
)


def rows(labels: str, scores: list[float]) -> pd.DataFrame:
    label = ["PNEUMONIA" if letter == "P" else "NORMAL" for letter in labels]
    patients = [f"patient {n}" for n in range(len(labels))]
    return pd.DataFrame({"patient_id": patients, "label": label, "score": scores})


def measured(table: pd.DataFrame, low=0.5, high=0.5, options=OPTIONS) -> dict:
    return measure_decisions(table, {"rule": (low, high)}, options, 7)["rule"]


@pytest.fixture(scope="module")
def mixed() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    label = rng.random(120) < 0.6
    table = rows("".join(np.where(label, "P", "N")), rng.normal(0.4 + 0.2 * label, 0.15))
    return table.assign(patient_id=[f"patient {n // 2}" for n in range(120)])


def test_consequences_agree_with_a_matrix_computed_by_hand():
    assert consequences(Confusion(tn=6, fp=2, fn=1, tp=3)) == {
        "sensitivity": 0.75, "specificity": 0.75, "ppv": 0.6, "npv": pytest.approx(6 / 7),
        "accuracy": 0.75, "f1": pytest.approx(2 / 3), "undefined": {},
    }  # fmt: skip


def test_an_undefined_consequence_has_its_reason():
    values = consequences(Confusion(tn=2, fp=0, fn=0, tp=0))
    assert values["ppv"] is None
    assert set(values["undefined"]) == {"sensitivity", "ppv", "f1"}
    assert values["undefined"]["ppv"] == "no radiograph is predicted PNEUMONIA"


def test_values_and_intervals_are_those_of_the_locked_metrics(mixed):
    found, locked = measured(mixed), estimate(mixed, 0.5, OPTIONS, 7)
    same = {
        "sensitivity": Metric.SENSITIVITY, "specificity": Metric.SPECIFICITY,
        "ppv": Metric.PRECISION, "accuracy": Metric.ACCURACY, "f1": Metric.F1,
    }  # fmt: skip
    for name, metric in same.items():
        assert {"value": found[name], **found["intervals"][name]} == pytest.approx(locked[metric])
    macro = {"precision": "macro_precision", "recall": "macro_recall", "f1": "macro_f1"}
    for name, metric in macro.items():
        quoted = {"value": found["macro"][name], **found["macro"]["intervals"][name]}
        assert quoted == pytest.approx(locked[Metric(metric)])
    normal = found["classes"]["NORMAL"]
    assert normal["recall"] == found["specificity"]
    assert normal["intervals"]["precision"] == found["intervals"]["npv"]


def test_a_zone_defers_and_the_rest_is_decided_better(mixed):
    zone, threshold = measured(mixed, 0.4, 0.6), measured(mixed)
    assert zone["intervals"]["deferred"]["low"] < zone["deferred"]
    assert zone["deferred"] < zone["intervals"]["deferred"]["high"]
    assert threshold["deferred"] == 0
    assert zone["accuracy"] > threshold["accuracy"]
    decided = sum(zone["confusion"].values())
    assert decided == round((1 - zone["deferred"]) * len(mixed))


def test_predictive_values_follow_the_prevalence():
    # Of 1000 children 100 ill: 75 found, 225 false alarms; 675 and 25 called NORMAL.
    found = measured(rows("NNNNPPPP", [0.1, 0.1, 0.1, 0.7, 0.7, 0.7, 0.7, 0.1]))
    values = found["predictive_values"]["0.1"]
    assert (values["ppv"], values["npv"]) == pytest.approx((75 / 300, 675 / 700))
    assert values["intervals"]["ppv"]["low"] < values["ppv"] < values["intervals"]["ppv"]["high"]


def test_an_undefined_value_explains_itself_and_its_interval():
    found = measured(rows("NN", [0.1, 0.2]))
    assert found["sensitivity"] is None
    assert found["intervals"]["sensitivity"] == {
        "low": None, "high": None, "reason": "no radiograph is PNEUMONIA",
    }  # fmt: skip
    pneumonia = found["classes"]["PNEUMONIA"]
    assert pneumonia["undefined"]["precision"] == "no radiograph is predicted PNEUMONIA"
    assert "a class is absent" in found["predictive_values"]["0.1"]["undefined"]["ppv"]
    assert set(found["macro"]["undefined"]) == {"precision", "recall", "f1"}


def test_predictive_values_without_an_alarm_say_so():
    values = measured(rows("NP", [0.1, 0.2]))["predictive_values"]["0.1"]
    assert values["undefined"] == {"ppv": "no radiograph is predicted PNEUMONIA"}
    assert values["npv"] == pytest.approx(0.9)


def test_a_zone_that_holds_all_leaves_nothing_to_decide():
    found = measured(rows("NP", [0.4, 0.5]), 0.3, 0.7)
    assert (found["deferred"], found["accuracy"]) == (1.0, None)
    assert found["undefined"]["accuracy"] == "there is no radiograph"


def test_missing_resamples_are_told_and_all_is_ready_for_json():
    without = OPTIONS.model_copy(update={"bootstrap": 0})
    found = measured(rows("NP", [0.1, 0.7]), options=without)
    assert found["intervals"]["accuracy"]["reason"] == "no resamples were asked for"
    assert json.loads(json.dumps(found, allow_nan=False)) == found
