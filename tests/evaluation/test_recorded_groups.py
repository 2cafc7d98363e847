import math

import pandas as pd
import pytest

from pneumoscope.evaluation.recorded_groups import absent_attributes, recorded_groups
from pneumoscope.evaluation.subgroups import measure_subgroups
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
NONE = pd.DataFrame(index=range(0))


def groups(**columns: list) -> pd.DataFrame:
    return recorded_groups(pd.DataFrame(columns), NONE)


def test_nothing_is_said_of_a_collection_that_records_nothing():
    assert list(groups(width=[1, 2])) == []
    assert list(groups(age=[math.nan, None], sex=[None, None])) == []
    assert set(absent_attributes(groups(sex=[None, None]))) == {"age", "sex"}


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0.0, "under 1"), (0.99, "under 1"), (1, "1 to 4"), (4.9, "1 to 4"), (5, "5 to 17"),
        (17.9, "5 to 17"), (18, "18 to 39"), (40, "40 to 64"), (64.9, "40 to 64"),
        (65, "65 and over"), (90, "65 and over"), (math.nan, "not recorded"),
    ],
)  # fmt: skip
def test_ages_fall_into_bands(age, band):
    assert groups(age=[age, 20.0])["age"].tolist() == [band, "18 to 39"]


def test_what_is_missing_is_a_group_of_its_own_where_others_have_it():
    found = groups(sex=["female", None, "male"], view=[None, None, None])
    assert found["sex"].tolist() == ["female", "not recorded", "male"]
    assert "view" not in found
    assert set(absent_attributes(found)) == {"age"}


def test_rare_names_are_one_group():
    sites = [f"site {n}" for n in range(8) for _ in range(2)] + ["ninth", "tenth"]
    found = groups(site=sites)["site"]
    assert found.nunique() == 9
    assert found.tolist()[-2:] == ["other", "other"]


def test_exposures_are_compared_with_those_not_scored():
    trained = pd.DataFrame({"exposure": [1.0, 2.0, 3.0, 4.0, None]})
    found = recorded_groups(pd.DataFrame({"exposure": [0.5, 2.5, None, 9.0]}), trained)
    assert found["exposure"].tolist() == ["below 2", "2 to 3", "not recorded", "above 3"]


@pytest.mark.parametrize("trained", [[2.0, 2.0, 3.0], [], [None]])
def test_exposures_without_thirds_are_left_out(trained):
    rows = pd.DataFrame({"exposure": trained}, dtype=float)
    assert list(recorded_groups(pd.DataFrame({"exposure": [0.5, 2.5]}), rows)) == []
    assert list(recorded_groups(pd.DataFrame({"exposure": [0.5, 2.5]}), NONE)) == []


def test_recorded_attributes_have_estimates_and_deficits_from_young_to_old():
    n = 60
    ages = [0.5, 3.0, 30.0] * (n // 3)
    scores = pd.DataFrame(
        {
            "radiograph_id": [f"r{i}" for i in range(n)],
            "patient_id": [f"p{i}" for i in range(n)],
            "label": ["NORMAL", "PNEUMONIA"] * (n // 2),
            "subtype": "unknown",
            "split": "test",
            # Every film of an adult is called wrongly.
            "score": [
                float((i % 2) != (age == 30)) * 0.8 + 0.1 for i, age in enumerate(ages)
            ],
        }
    )  # fmt: skip
    manifest = pd.DataFrame(
        {
            "radiograph_id": scores["radiograph_id"], "width": 100, "height": 100, "mode": "L",
            "bytes_per_pixel": 0.1, "age": ages, "sex": ["male", "male", None] * (n // 3),
        }
    )  # fmt: skip
    found = measure_subgroups(scores, manifest, 0.5, OPTIONS)
    assert dict(found.absent) == {}
    by_age = found.splits["test"]["age"]
    assert list(by_age) == ["under 1", "1 to 4", "18 to 39"]
    assert (by_age["18 to 39"].sensitivity.value, by_age["under 1"].sensitivity.value) == (0, 1)
    assert by_age["18 to 39"].sensitivity.bounds is not None
    assert by_age["18 to 39"].deficits["sensitivity"].value == 1.0
    assert list(found.splits["test"]["sex"]) == ["male", "not recorded"]
