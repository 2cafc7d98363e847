import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.thresholds.deferral import measure_grey_zone
from pneumoscope.options import EvaluationOptions


def scored(split: str, labels: str, scores: list[float]) -> pd.DataFrame:
    label = ["PNEUMONIA" if letter == "P" else "NORMAL" for letter in labels]
    patient = [f"{split}{number}" for number in range(len(scores))]
    return pd.DataFrame({"patient_id": patient, "split": split, "label": label, "score": scores})


SCORES = pd.concat(
    [
        scored("validation", "NNNPNPPP", [0.01, 0.1, 0.2, 0.45, 0.6, 0.8, 0.9, 0.99]),
        scored("test", "NNPP", [0.1, 0.55, 0.5, 0.7]),
    ]
)
OPTIONS = EvaluationOptions.model_validate(
    {"threshold": {"rule": "youden"}, "grey_zone": {"shares": [0.25]}}
)


def test_the_zone_is_set_on_validation_and_the_rest_counted_by_hand():
    found = measure_grey_zone(SCORES, 0.5, OPTIONS)
    assert list(found) == ["0", "0.25"]
    zone = found["0.25"]
    # Two of eight are deferred: 0.45 and 0.6, whose logit is 0.405.
    assert (zone.low, zone.high) == (pytest.approx(0.4), pytest.approx(0.6))
    validation, test = zone.splits["validation"], zone.splits["test"]
    assert (validation.deferred, validation.consequences["accuracy"].value) == (0.25, 1.0)
    assert (test.deferred, test.consequences["accuracy"].value) == (0.5, 1.0)


def test_the_accuracy_of_the_rest_has_an_exact_interval():
    zones = measure_grey_zone(SCORES, 0.5, OPTIONS)
    accuracy = zones["0.25"].splits["validation"].consequences["accuracy"]
    # Six patients of six, by Clopper and Pearson.
    assert (accuracy.low, accuracy.high) == (pytest.approx(0.025 ** (1 / 6)), 1.0)


def test_without_a_zone_all_are_decided():
    nothing = measure_grey_zone(SCORES, 0.5, OPTIONS)["0"]
    assert nothing.low is None
    assert nothing.splits["test"].deferred == 0
    assert nothing.splits["test"].consequences["accuracy"].value == 0.75
    assert nothing.splits["test"].gain == Estimate(0.0, 0.0, 0.0)


def test_test_rows_do_not_move_the_zone():
    moved = SCORES.assign(score=SCORES["score"].where(SCORES["split"] != "test", 0.5))
    zone = measure_grey_zone(moved, 0.5, OPTIONS)["0.25"]
    assert zone.low == measure_grey_zone(SCORES, 0.5, OPTIONS)["0.25"].low
    test = zone.splits["test"]
    assert (test.deferred, test.consequences["accuracy"].value) == (1.0, None)
    assert test.consequences["accuracy"].reason == "there is no radiograph"
    assert test.gain.reason == "there is no radiograph"


def test_a_threshold_above_every_score_still_has_a_zone_below():
    found = measure_grey_zone(SCORES, 1.0000000000000002, OPTIONS)["0.25"]
    assert found.splits["validation"].deferred == 0.25
    assert found.low == pytest.approx(0.9)


def test_the_gain_of_accuracy_has_the_interval_of_a_bootstrap():
    assert measure_grey_zone(SCORES, 0.5, OPTIONS)["0.25"].splits["test"].gain.value == 0.25
    rng = np.random.default_rng(1)
    ill = rng.random(400) < 0.5
    score = np.round(expit(rng.normal(np.where(ill, 1.0, -1.0))), 3)
    both = [scored(name, np.where(ill, "P", "N"), score) for name in ("validation", "test")]
    gain = measure_grey_zone(pd.concat(both), 0.5, OPTIONS)["0.25"].splits["test"].gain
    kept = np.abs(logit(score)) > np.sort(np.abs(logit(score)))[99]
    right = (score >= 0.5) == ill
    draws = rng.integers(400, size=(4000, 400))
    gains = [right[draw][kept[draw]].mean() - right[draw].mean() for draw in draws]
    assert gain.value == pytest.approx(right[kept].mean() - right.mean())
    assert gain.bounds == pytest.approx(np.quantile(gains, [0.025, 0.975]), abs=0.006)
