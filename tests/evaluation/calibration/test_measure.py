import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from pneumoscope.evaluation.calibration.measure import measure_calibration, with_calibration
from pneumoscope.evaluation.records import CalibrationMap
from pneumoscope.naming import CalibrationMethod
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})


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


def test_a_map_from_validation_mends_overconfident_scores_on_test():
    found = measure_calibration(SCORES, OPTIONS)
    before, after = found.splits["test"].before, found.splits["test"].after
    assert found.map.slope == pytest.approx(1 / 3, rel=0.25)
    assert after.ece.value < before.ece.value / 2
    assert after.brier.value < before.brier.value
    assert after.brier.low < after.brier.value < after.brier.high
    assert after.slope.value == pytest.approx(before.slope.value / found.map.slope, rel=1e-4)


def test_test_rows_do_not_move_the_map():
    other = pd.concat([overconfident("validation", 1), overconfident("test", 9)])
    first, second = (measure_calibration(scores, OPTIONS) for scores in (SCORES, other))
    assert (first.map, first.prevalence) == (second.map, second.prevalence)
    positive = SCORES[SCORES["split"] == "validation"]["label"] == "PNEUMONIA"
    assert first.prevalence == pytest.approx(positive.mean())


def test_the_gain_is_the_difference_of_the_brier_scores_with_an_interval_over_patients():
    test = measure_calibration(SCORES, OPTIONS).splits["test"]
    assert test.gain.value == pytest.approx(test.before.brier.value - test.after.brier.value)
    assert 0 < test.gain.low < test.gain.value < test.gain.high


def test_without_a_map_there_is_a_reason_and_no_after():
    normal = SCORES[(SCORES["split"] == "test") | (SCORES["label"] == "NORMAL")]
    found = measure_calibration(normal, OPTIONS)
    assert found.map is None
    assert found.reason == "PNEUMONIA or NORMAL is absent"
    assert (found.splits["test"].after, found.splits["test"].gain) == (None, None)
    before = found.splits["validation"].before
    assert before.slope.value is None
    assert before.slope.reason == "PNEUMONIA or NORMAL is absent"


def test_with_calibration_leaves_its_rows_and_maps_the_logits():
    rows = pd.DataFrame({"score": [0.2, 0.9]})
    mended = with_calibration(rows, CalibrationMap(0.5, 1.0))
    assert logit(mended["score"]).tolist() == pytest.approx((logit([0.2, 0.9]) / 2 + 1).tolist())
    assert rows["score"].tolist() == [0.2, 0.9]


def test_platt_mends_scores_that_are_too_high_throughout_and_a_temperature_does_not():
    lifted = SCORES.assign(score=expit(logit(SCORES["score"]) + 1))
    test = measure_calibration(lifted, OPTIONS).splits["test"]
    assert test.before.in_the_large.high < 0
    assert test.after.in_the_large.low < 0 < test.after.in_the_large.high
    cooled = OPTIONS.model_copy(update={"calibration": CalibrationMethod.TEMPERATURE})
    found = measure_calibration(lifted, cooled)
    assert (found.method, found.map.intercept) == ("temperature", 0.0)
    assert found.splits["test"].after.in_the_large.high < 0


def test_slope_and_intercept_have_intervals_or_a_reason():
    before = measure_calibration(SCORES, OPTIONS).splits["test"].before
    for name in ("slope", "intercept", "in_the_large"):
        fitted = getattr(before, name)
        assert fitted.low < fitted.value < fitted.high
    alone = SCORES.assign(patient_id="one")
    missing = measure_calibration(alone, OPTIONS).splits["test"].before
    assert missing.slope.reason.endswith("two patients or more, received 1")
