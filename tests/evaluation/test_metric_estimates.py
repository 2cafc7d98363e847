import pandas as pd
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metric_estimates import estimate_metrics
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "bootstrap": 200})


def rows(labels: str, scores: list[float]) -> pd.DataFrame:
    label = ["PNEUMONIA" if letter == "P" else "NORMAL" for letter in labels]
    patients = [f"patient {n}" for n in range(len(labels))]
    return pd.DataFrame({"patient_id": patients, "label": label, "score": scores})


def test_a_value_stands_within_its_interval():
    found = estimate_metrics(rows("NNNNPPPPPP" * 4, [0.1, 0.7] * 20), 0.5, OPTIONS, 3)
    sensitivity = found[Metric.SENSITIVITY]
    assert sensitivity.value == pytest.approx(0.5)
    assert sensitivity.low < 0.5 < sensitivity.high
    assert sensitivity.reason is None
    assert list(found) == list(Metric)


def test_an_undefined_value_explains_itself_before_its_interval():
    found = estimate_metrics(rows("NN", [0.1, 0.7]), 0.5, OPTIONS, 3)
    assert found[Metric.SENSITIVITY] == Estimate(None, reason="no radiograph is PNEUMONIA")


def test_a_missing_interval_has_its_reason_beside_the_value():
    without = OPTIONS.model_copy(update={"bootstrap": 0})
    accuracy = estimate_metrics(rows("NP", [0.1, 0.7]), 0.5, without, 3)[Metric.ACCURACY]
    assert (accuracy.value, accuracy.reason) == (1.0, "no resamples were asked for")
