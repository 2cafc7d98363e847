import numpy as np
import pandas as pd
import pytest

from pneumoscope.inference.worklist import by_patient, doubt_first, patients_of


def predictions(**columns) -> pd.DataFrame:
    given = {
        "path": ["a.png", "b.png", "c.png", "d.png", "e.png", "broken.png"],
        "reason": ["", "", "", "", "", "damaged"],
        "prediction": ["PNEUMONIA", "NORMAL", "PNEUMONIA", "PNEUMONIA", "NORMAL", np.nan],
        "score": [0.99, 0.45, 0.55, 0.9, 0.02, np.nan],
        "threshold": 0.5,
        "grey_zone": [False, True, True, False, False, np.nan],
        "out_of_distribution": [False, False, False, True, True, np.nan],
        "out_of_distribution_p": [0.5, 0.4, 0.3, 0.01, 0.005, np.nan],
    }
    return pd.DataFrame({**given, **columns})


def test_films_unlike_train_come_first_then_the_grey_zone_nearest_the_threshold_first():
    found = doubt_first(predictions(score=[0.99, 0.42, 0.55, 0.9, 0.02, np.nan]))
    assert found["path"].tolist() == ["e.png", "d.png", "c.png", "b.png", "a.png"]


def test_sure_films_are_ordered_by_the_logit_whatever_the_threshold():
    sure = predictions(
        grey_zone=[False] * 6, out_of_distribution=[False] * 6, threshold=0.1,
        score=[0.2, 0.05, 0.9, 0.1, 0.0, np.nan],
    )  # fmt: skip
    assert doubt_first(sure)["path"].tolist() == ["d.png", "b.png", "a.png", "c.png", "e.png"]


def test_files_that_were_not_read_are_no_films():
    assert doubt_first(predictions().iloc[[5]]).empty


def test_patients_are_known_by_file_name_wherever_a_film_lies(ingestion_options):
    files = pd.DataFrame(
        {"path": ["person1_virus_6.jpeg", "ward/person1_virus_7.jpeg", "person1_bacteria_1.jpeg",
                  "IM-0115-0001.jpeg", "film.png"]}
    )  # fmt: skip
    found = patients_of(files, ingestion_options).tolist()
    assert found == ["virus-1", "virus-1", "bacteria-1", "im-0115", ""]


def test_a_key_that_comes_with_the_film_goes_before_its_name(ingestion_options):
    files = pd.DataFrame(
        {"path": ["person1_virus_6.jpeg", "person1_virus_7.jpeg", "x.dcm"],
         "patient_id": ["9f3a", None, ""]}
    )  # fmt: skip
    assert patients_of(files, ingestion_options).tolist() == ["9f3a", "virus-1", ""]


def test_patients_are_summed_up_the_doubtful_first():
    patients = pd.Series(["one", "two", "one", "three", "", "four"])
    found = by_patient(predictions(), patients)
    assert found["patient_id"].tolist() == ["two", "three", "one"] or found[
        "patient_id"
    ].tolist() == ["two", "one", "three"]
    one = found.set_index("patient_id").loc["one"]
    assert (one["films"], one["doubtful"], one["prediction"]) == (2, 1, "PNEUMONIA")
    assert one["mean score"] == pytest.approx(0.77)
    assert one["highest score"] == 0.99
    assert found.set_index("patient_id").loc["two", "prediction"] == "NORMAL"


def test_a_patient_with_an_undecided_film_is_left_undecided_too():
    called = ["PNEUMONIA", "NORMAL", np.nan, "PNEUMONIA", np.nan, np.nan]
    patients = pd.Series(["one", "two", "one", "three", "five", "four"])
    found = by_patient(predictions(prediction=called), patients).set_index("patient_id")
    assert found["prediction"].isna().to_dict() == {
        "one": True, "two": False, "three": False, "five": True,
    }  # fmt: skip


def test_without_a_known_patient_there_is_no_table():
    assert by_patient(predictions(), pd.Series([""] * 6)).empty
