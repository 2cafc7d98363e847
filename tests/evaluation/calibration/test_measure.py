import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from pneumoscope.evaluation.calibration.measure import measure_calibration, with_calibration
from pneumoscope.evaluation.records import CalibrationMap
from pneumoscope.naming import CalibrationMethod
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "bootstrap": 40})


def overconfident(split: str, seed: int, count: int = 400) -> pd.DataFrame:
    """Scores whose logits are three times those of the truth."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1, count)
    positive = rng.random(count) < expit(logits)
    return pd.DataFrame(
        {
            "patient_id": [f"{split}-{n}" for n in range(count)],
            "label": np.where(positive, "PNEUMONIA", "NORMAL"),
            "split": split,
            "score": expit(3 * logits),
        }
    )


SCORES = pd.concat([overconfident("validation", 1), overconfident("test", 2)])


def test_a_temperature_from_validation_mends_overconfident_scores_on_test():
    found = measure_calibration(SCORES, OPTIONS, 5)
    before, after = found.splits["test"].before, found.splits["test"].after
    assert found.temperature == pytest.approx(3, rel=0.25)
    assert after.ece.value < before.ece.value / 2
    assert after.brier.value < before.brier.value
    assert after.brier.low < after.brier.value < after.brier.high
    assert after.slope.value == pytest.approx(found.temperature * before.slope.value, rel=1e-4)


def test_test_rows_do_not_move_the_temperature():
    other = pd.concat([overconfident("validation", 1), overconfident("test", 9)])
    assert (
        measure_calibration(SCORES, OPTIONS, 5).temperature
        == measure_calibration(other, OPTIONS, 5).temperature
    )


def test_without_a_temperature_there_is_a_reason_and_no_after():
    normal = SCORES[(SCORES["split"] == "test") | (SCORES["label"] == "NORMAL")]
    found = measure_calibration(normal, OPTIONS, 5)
    assert found.temperature is None
    assert found.reason == "PNEUMONIA or NORMAL is absent"
    assert found.splits["test"].after is None
    before = found.splits["validation"].before
    assert before.slope.value is None
    assert before.slope.reason == "PNEUMONIA or NORMAL is absent"
    assert found.map is None


def test_with_calibration_leaves_its_rows_and_maps_the_logits():
    rows = pd.DataFrame({"score": [0.2, 0.9]})
    mended = with_calibration(rows, CalibrationMap(0.5, 1.0))
    assert logit(mended["score"]).tolist() == pytest.approx((logit([0.2, 0.9]) / 2 + 1).tolist())
    assert rows["score"].tolist() == [0.2, 0.9]


def test_platt_gives_validation_slope_one_and_intercept_zero():
    platt = OPTIONS.model_copy(update={"calibration": CalibrationMethod.PLATT})
    lifted = SCORES.assign(score=expit(logit(SCORES["score"]) + 1))
    found = measure_calibration(lifted, platt, 5)
    after = found.splits["validation"].after
    assert (found.method, found.temperature) == ("platt", None)
    assert (after.slope.value, after.intercept.value) == pytest.approx((1, 0), abs=1e-6)
    assert after.slope.low < 1 < after.slope.high
    test = found.splits["test"]
    assert test.after.brier.value < test.before.brier.value


def test_slope_and_intercept_have_intervals_or_a_reason():
    before = measure_calibration(SCORES, OPTIONS, 5).splits["test"].before
    for name in ("slope", "intercept", "in_the_large"):
        fitted = getattr(before, name)
        assert fitted.low < fitted.value < fitted.high
    without = OPTIONS.model_copy(update={"bootstrap": 0})
    missing = measure_calibration(SCORES, without, 5).splits["test"].before
    assert missing.slope.reason == "no resamples were asked for"
