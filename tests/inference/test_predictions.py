import numpy as np
import pandas as pd
import pytest
from example_metrics import model_metrics

from pneumoscope.evaluation.records import CalibrationMap
from pneumoscope.inference.predictions import (
    COLUMNS,
    SYNTHETIC_FILM,
    Locked,
    decide,
    locked_by,
    predict,
)
from pneumoscope.options import InferenceOptions

METRICS = {
    "model": {"fingerprint": "f"},
    "operating_point": {"threshold": 0.5, "low": None, "high": None},
    "grey_zone": {
        "0": {"low": None, "high": None, "splits": {}},
        "0.1": {"low": 0.4, "high": 0.6, "splits": {}},
    },
    "calibration": {"map": {"slope": 0.5, "intercept": 0.0}, "prevalence": 0.5},
}
SCORED = pd.DataFrame(
    {
        "path": ["a.png", "broken.png", "c.png", "d.png", "e.png"],
        "sha256": ["1", "2", "3", "4", "5"],
        "reason": ["", "the file is empty (0 bytes)", "", "", ""],
        "note": ["", "", "turned", "", ""],
        "warning": ["looks inverted", "", "", "", ""],
        "score": np.array([0.1, np.nan, 0.3, 0.5, 0.9], dtype=np.float32),
        "out_of_distribution": [True, np.nan, False, False, True],
        "out_of_distribution_p": [0.005, np.nan, 0.3, 0.4, 0.01],
        "out_of_distribution_distance": [9.0, np.nan, 0.1, 0.0, 4.0],
        "out_of_distribution_limit": [3.0, np.nan, 3.0, 3.0, 3.0],
        "out_of_distribution_reason": ["looks inverted", np.nan, "", "", "far"],
    }
)
LOCKED = Locked("cnn", "f", 0.5, (0.4, 0.6), CalibrationMap(0.5), 0.5)


def test_every_film_is_predicted_by_the_locked_threshold_and_zone():
    found = predict(SCORED, LOCKED, "Not for diagnosis.")
    assert list(found) == [str(name) for name in COLUMNS]
    read = found.drop(index=1)
    assert read["prediction"].tolist() == ["NORMAL", "NORMAL", "PNEUMONIA", "PNEUMONIA"]
    assert read["grey_zone"].tolist() == [False, False, True, False]
    # Odds of 3 to 7 become 0.65 to 1 when logits are halved.
    assert read["probability"].iloc[1] == pytest.approx(0.3957, abs=1e-4)
    assert read["probability"].iloc[2] == pytest.approx(0.5, abs=1e-6)
    assert set(found["threshold"]) == {0.5}
    assert set(found["prevalence"]) == {0.5}
    assert found["note"].tolist() == ["", "", "turned", "", ""]
    assert found["warning"].tolist() == ["looks inverted", "", "", "", ""]
    assert set(found["notice"]) == {"Not for diagnosis."}


def test_a_score_at_the_lower_limit_lies_in_the_zone_and_at_the_upper_above_it():
    exact = SCORED.assign(score=[0.25, np.nan, 0.5, 0.75, 0.9])
    locked = Locked("cnn", "f", 0.5, (0.25, 0.75))
    found = predict(exact, locked, "").drop(index=1)
    assert found["grey_zone"].tolist() == [True, True, False, False]


def test_a_file_that_was_not_read_keeps_its_row_and_gets_no_value():
    row = predict(SCORED, LOCKED, "").loc[1]
    assert (row["path"], row["sha256"]) == ("broken.png", "2")
    assert row["reason"] == "the file is empty (0 bytes)"
    assert row[["prediction", "grey_zone", "score", "probability"]].isna().all()


def test_without_calibration_there_is_no_probability():
    found = predict(SCORED, Locked("cnn", "f", 0.5, None), "")
    assert found[["probability", "prevalence"]].isna().all(axis=None)
    assert not found["grey_zone"].drop(index=1).any()


def test_nothing_readable_leaves_the_reasons():
    found = predict(SCORED.loc[[1]], LOCKED, "")
    assert found["reason"].tolist() == ["the file is empty (0 bytes)"]
    assert found["prediction"].isna().all()


def test_the_measured_zone_of_the_share_asked_for_is_taken():
    locked = locked_by("cnn", model_metrics(METRICS), InferenceOptions(grey_zone=0.1))
    assert locked == LOCKED
    assert locked_by("cnn", model_metrics(METRICS), InferenceOptions()).zone is None


def test_the_zone_of_a_locked_rule_goes_first():
    point = {"threshold": 0.5, "low": 0.3, "high": 0.7}
    locked = locked_by(
        "cnn", model_metrics(METRICS, operating_point=point), InferenceOptions(grey_zone=0.1)
    )
    assert locked.zone == (0.3, 0.7)


def test_a_share_that_was_not_measured_is_refused():
    with pytest.raises(ValueError, match=r"measured, 0, 0.1, received 0.15. Add it to .evaluation"):
        locked_by("cnn", model_metrics(METRICS), InferenceOptions(grey_zone=0.15))


def test_a_prevalence_of_ones_own_moves_the_probabilities_and_nothing_else():
    metrics, as_given = model_metrics(METRICS), InferenceOptions()
    rare = locked_by("cnn", metrics, InferenceOptions(prevalence=0.1))
    found, before = (
        predict(SCORED, locked, "").drop(index=1)
        for locked in (rare, locked_by("cnn", metrics, as_given))
    )
    # Odds of 1 to 1 where half have pneumonia are odds of 1 to 9 where a tenth has.
    assert found["probability"].iloc[2] == pytest.approx(0.1, abs=1e-6)
    assert set(found["prevalence"]) == {0.1}
    same = [name for name in COLUMNS if name not in ("probability", "prevalence")]
    pd.testing.assert_frame_equal(found[same], before[same])


def test_a_prevalence_is_of_no_use_without_calibration():
    bare = model_metrics(METRICS, calibration={"map": None, "reason": "one class"})
    locked = locked_by("cnn", bare, InferenceOptions(prevalence=0.1))
    assert (locked.calibration, locked.prevalence) == (None, None)


def test_films_unlike_those_of_train_are_marked_and_decided_unless_the_user_says_no():
    decided = predict(SCORED, LOCKED, "")
    assert decided["prediction"].notna().tolist() == [True, False, True, True, True]
    options = InferenceOptions(grey_zone=0.1, decide_out_of_distribution=False)
    found = predict(SCORED, locked_by("cnn", model_metrics(METRICS), options), "")
    assert found["prediction"].isna().tolist() == [True, True, False, False, True]
    others = [name for name in COLUMNS if name != "prediction"]
    pd.testing.assert_frame_equal(found[others], decided[others])
    assert found["out_of_distribution_reason"].iloc[0] == "looks inverted"
    assert found["score"].iloc[4] == np.float32(0.9)


def test_no_probability_is_given_for_a_film_unlike_those_that_one_was_fitted_on():
    found = predict(SCORED, LOCKED, "")
    assert found["probability"].isna().tolist() == [True, True, False, False, True]
    assert found["score"].notna().tolist() == [True, False, True, True, True]


def test_one_film_is_decided_as_a_row_of_the_table_is():
    table = predict(SCORED, LOCKED, "n")
    for number, row in enumerate(SCORED.to_dict("records")):
        plain = decide(row, LOCKED, "n", row).plain()
        in_table = table.iloc[number]
        assert all(
            (plain[name] is None and pd.isna(in_table[name])) or plain[name] == in_table[name]
            for name in COLUMNS
        )


def test_a_phantom_says_that_it_is_one():
    film = {"path": "a", "reason": "broken"}
    assert decide({**film, "source": "phantoms"}, LOCKED, "n").notice == f"n {SYNTHETIC_FILM}"
    assert decide({**film, "source": "folder"}, LOCKED, "n").notice == "n"
