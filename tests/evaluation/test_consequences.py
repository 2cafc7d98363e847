from dataclasses import asdict

import numpy as np
import pytest

from pneumoscope.evaluation.consequences import consequences, measure_decisions
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metrics import measure_metrics
from pneumoscope.evaluation.records import Confusion, Decisions
from pneumoscope.evaluation.sample import Sample
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "prevalences": [0.1]})


def sample(labels: str, scores: list[float]) -> Sample:
    return Sample.of([letter == "P" for letter in labels], scores, np.arange(len(labels)))


def measured(radiographs: Sample, low=0.5, high=0.5) -> Decisions:
    return measure_decisions(radiographs, (low, high), OPTIONS)


@pytest.fixture(scope="module")
def mixed() -> Sample:
    rng = np.random.default_rng(3)
    label = rng.random(120) < 0.6
    return Sample.of(label, rng.normal(0.4 + 0.2 * label, 0.15), np.arange(120) // 2)


def test_consequences_agree_with_a_matrix_computed_by_hand():
    found = consequences(Confusion(tn=6, fp=2, fn=1, tp=3))
    expected = {
        "sensitivity": 0.75, "specificity": 0.75, "ppv": 0.6, "npv": 6 / 7, "accuracy": 0.75,
        "f1": 2 / 3,
    }  # fmt: skip
    assert {name: found[name].value for name in expected} == pytest.approx(expected)
    assert not any(one.reason for one in found.values())


def test_an_undefined_consequence_has_its_reason():
    values = consequences(Confusion(tn=2, fp=0, fn=0, tp=0))
    undefined = {name for name in ("sensitivity", "specificity", "ppv", "npv", "accuracy", "f1")
                 if values[name].value is None}  # fmt: skip
    assert undefined == {"sensitivity", "ppv", "f1"}
    assert values["ppv"].reason == "no radiograph is predicted PNEUMONIA"


def test_values_and_intervals_are_those_of_the_locked_metrics(mixed):
    found, locked = measured(mixed), measure_metrics(mixed, 0.5, OPTIONS)
    for name, estimate in found.consequences.items():
        metric = {"ppv": "precision"}.get(name, name)
        if metric in set(Metric):
            assert estimate == locked[Metric(metric)].estimate


def test_a_zone_defers_and_the_rest_is_decided_better(mixed):
    zone, threshold = measured(mixed, 0.4, 0.6), measured(mixed)
    assert zone.deferred.low < zone.deferred.value < zone.deferred.high
    assert threshold.deferred.value == 0
    assert zone.consequences["accuracy"].value > threshold.consequences["accuracy"].value
    decided = sum(asdict(zone.confusion).values())
    assert decided == round((1 - zone.deferred.value) * mixed.label.size)


def test_predictive_values_follow_the_prevalence():
    # Of 1000 examined 100 ill: 75 found, 225 false alarms; 675 and 25 called NORMAL.
    found = measured(sample("NNNNPPPP", [0.1, 0.1, 0.1, 0.7, 0.7, 0.7, 0.7, 0.1]))
    values = found.predictive_values["0.1"]
    assert (values.ppv.value, values.npv.value) == pytest.approx((75 / 300, 675 / 700))
    assert values.ppv.low < values.ppv.value < values.ppv.high


def test_an_undefined_value_explains_itself():
    found = measured(sample("NN", [0.1, 0.2]))
    assert found.consequences["sensitivity"] == Estimate(None, reason="no radiograph is PNEUMONIA")
    assert found.consequences["macro_recall"].reason == "no radiograph is PNEUMONIA"
    assert "a class is absent" in found.predictive_values["0.1"].ppv.reason


def test_a_zone_that_holds_all_leaves_nothing_to_decide():
    found = measured(sample("NP", [0.4, 0.5]), 0.3, 0.7)
    assert found.deferred.value == 1.0
    assert found.consequences["accuracy"] == Estimate(None, reason="there is no radiograph")


def test_one_patient_gives_no_interval_and_says_so():
    found = measured(Sample.of([0, 1], [0.1, 0.7], ["a", "a"]))
    assert found.consequences["accuracy"].reason.endswith("two patients or more, received 1")
