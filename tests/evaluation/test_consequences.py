from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.consequences import consequences, measure_decisions
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metric_estimates import estimate_metrics
from pneumoscope.evaluation.records import Confusion, Decisions
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate(
    {"threshold": {"rule": "youden"}, "prevalences": [0.1], "bootstrap": 200}
)


def rows(labels: str, scores: list[float]) -> pd.DataFrame:
    label = ["PNEUMONIA" if letter == "P" else "NORMAL" for letter in labels]
    patients = [f"patient {n}" for n in range(len(labels))]
    return pd.DataFrame({"patient_id": patients, "label": label, "score": scores})


def measured(table: pd.DataFrame, low=0.5, high=0.5, options=OPTIONS) -> Decisions:
    return measure_decisions(table, {"rule": (low, high)}, options, 7)["rule"]


@pytest.fixture(scope="module")
def mixed() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    label = rng.random(120) < 0.6
    table = rows("".join(np.where(label, "P", "N")), rng.normal(0.4 + 0.2 * label, 0.15))
    return table.assign(patient_id=[f"patient {n // 2}" for n in range(120)])


def test_consequences_agree_with_a_matrix_computed_by_hand():
    found = consequences(Confusion(tn=6, fp=2, fn=1, tp=3))
    assert {name: measured.value for name, measured in found.items()} == {
        "sensitivity": 0.75, "specificity": 0.75, "ppv": 0.6, "npv": pytest.approx(6 / 7),
        "accuracy": 0.75, "f1": pytest.approx(2 / 3),
    }  # fmt: skip
    assert not any(measured.reason for measured in found.values())


def test_an_undefined_consequence_has_its_reason():
    values = consequences(Confusion(tn=2, fp=0, fn=0, tp=0))
    undefined = {name for name, measured in values.items() if measured.value is None}
    assert undefined == {"sensitivity", "ppv", "f1"}
    assert values["ppv"].reason == "no radiograph is predicted PNEUMONIA"


def test_values_and_intervals_are_those_of_the_locked_metrics(mixed):
    found, locked = measured(mixed), estimate_metrics(mixed, 0.5, OPTIONS, 7)
    same = {
        "sensitivity": Metric.SENSITIVITY, "specificity": Metric.SPECIFICITY,
        "ppv": Metric.PRECISION, "accuracy": Metric.ACCURACY, "f1": Metric.F1,
    }  # fmt: skip
    for name, metric in same.items():
        assert found.consequences[name] == locked[metric]
    macro = {"precision": "macro_precision", "recall": "macro_recall", "f1": "macro_f1"}
    for name, metric in macro.items():
        assert getattr(found.macro, name) == locked[Metric(metric)]
    normal = found.classes["NORMAL"]
    assert normal.recall == found.consequences["specificity"]
    assert normal.precision == found.consequences["npv"]


def test_a_zone_defers_and_the_rest_is_decided_better(mixed):
    zone, threshold = measured(mixed, 0.4, 0.6), measured(mixed)
    assert zone.deferred.low < zone.deferred.value < zone.deferred.high
    assert threshold.deferred.value == 0
    assert zone.consequences["accuracy"].value > threshold.consequences["accuracy"].value
    decided = sum(asdict(zone.confusion).values())
    assert decided == round((1 - zone.deferred.value) * len(mixed))


def test_predictive_values_follow_the_prevalence():
    # Of 1000 children 100 ill: 75 found, 225 false alarms; 675 and 25 called NORMAL.
    found = measured(rows("NNNNPPPP", [0.1, 0.1, 0.1, 0.7, 0.7, 0.7, 0.7, 0.1]))
    values = found.predictive_values["0.1"]
    assert (values.ppv.value, values.npv.value) == pytest.approx((75 / 300, 675 / 700))
    assert values.ppv.low < values.ppv.value < values.ppv.high


def test_an_undefined_value_explains_itself_and_its_interval():
    found = measured(rows("NN", [0.1, 0.2]))
    sensitivity = found.consequences["sensitivity"]
    assert sensitivity == Estimate(None, reason="no radiograph is PNEUMONIA")
    assert found.classes["PNEUMONIA"].precision.reason == "no radiograph is predicted PNEUMONIA"
    assert "a class is absent" in found.predictive_values["0.1"].ppv.reason
    assert [quoted["value"] for quoted in asdict(found.macro).values()] == [None] * 3


def test_predictive_values_without_an_alarm_say_so():
    values = measured(rows("NP", [0.1, 0.2])).predictive_values["0.1"]
    assert values.ppv == Estimate(None, reason="no radiograph is predicted PNEUMONIA")
    assert values.npv.value == pytest.approx(0.9)


def test_a_zone_that_holds_all_leaves_nothing_to_decide():
    found = measured(rows("NP", [0.4, 0.5]), 0.3, 0.7)
    assert found.deferred.value == 1.0
    assert found.consequences["accuracy"] == Estimate(None, reason="there is no radiograph")


def test_missing_resamples_are_told():
    without = OPTIONS.model_copy(update={"bootstrap": 0})
    found = measured(rows("NP", [0.1, 0.7]), options=without)
    assert found.consequences["accuracy"].reason == "no resamples were asked for"
