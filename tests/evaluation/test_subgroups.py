import pandas as pd
import pytest

from pneumoscope.evaluation.subgroups import (
    measure_subgroups,
    radiograph_attributes,
    shown_deficits,
    subgroup_table,
)
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
IDS = ["NORMAL/IM-1-0001", "NORMAL/NORMAL2-IM-2-0001", "P/person1_virus_1", "P/person2_bacteria_2"]
SCORES = pd.DataFrame(
    {
        "radiograph_id": IDS,
        "patient_id": ["a", "b", "c", "d"],
        "label": ["NORMAL", "NORMAL", "PNEUMONIA", "PNEUMONIA"],
        "subtype": ["normal", "normal", "virus", "bacteria"],
        "split": "test",
        "score": [0.2, 0.6, 0.4, 0.9],
    }
)
# Six radiographs to train on with 0.1, 0.2, … bytes a pixel: the tertiles are at 0.267 and 0.433.
MANIFEST = pd.DataFrame(
    {
        "radiograph_id": [*IDS, *(f"train/{n}" for n in range(6))],
        "width": 1000,
        "height": [500, 500, 3000, 3000, *range(1000, 1600, 100)],
        "mode": ["L", "L", "L", "RGB", *["L"] * 6],
        "bytes_per_pixel": [0.05, 0.3, 0.3, 0.9, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    }
)


def groups(attribute: str) -> dict:
    return measure_subgroups(SCORES, MANIFEST, 0.5, OPTIONS).splits["test"][attribute]


def test_every_radiograph_is_named_by_what_its_file_tells():
    found = radiograph_attributes(SCORES, MANIFEST)
    assert found["name family"].tolist() == ["IM", "NORMAL2-IM", None, None]
    assert found["disease"].tolist() == [None, None, "virus", "bacteria"]
    assert found["mode"].tolist() == ["L", "L", "L", "RGB"]
    assert found["bytes per pixel"].tolist() == [
        "below 0.267", "0.267 to 0.433", "0.267 to 0.433", "above 0.433",
    ]  # fmt: skip
    assert found["megapixels"].tolist() == ["below 1.17"] * 2 + ["above 1.33"] * 2


def test_scored_radiographs_do_not_move_the_tertiles():
    moved = MANIFEST.assign(bytes_per_pixel=[9.0] * 4 + MANIFEST["bytes_per_pixel"].tolist()[4:])
    assert set(radiograph_attributes(SCORES, moved)["bytes per pixel"]) == {"above 0.433"}


def test_without_radiographs_to_train_on_there_are_no_tertiles():
    found = radiograph_attributes(SCORES, MANIFEST[:4])
    assert list(found) == ["disease", "name family", "mode"]


def test_a_group_of_one_class_is_ranked_against_all_of_the_other():
    virus = groups("disease")["virus"]
    assert (virus.n, virus.patients) == (1, 1)
    assert virus.sensitivity.value == 0.0
    assert virus.specificity is None
    # 0.4 lies above one of the two NORMAL scores.
    assert (virus.auroc.value, virus.auroc_against) == (0.5, "all NORMAL")


def test_a_group_of_both_classes_is_ranked_within():
    middle = groups("bytes per pixel")["0.267 to 0.433"]
    assert (middle.sensitivity.value, middle.specificity.value) == (0.0, 0.0)
    assert (middle.auroc.value, middle.auroc_against) == (0.0, "its own")


def test_tertiles_are_listed_from_low_to_high():
    assert list(groups("bytes per pixel")) == ["below 0.267", "0.267 to 0.433", "above 0.433"]


def test_age_and_sex_are_named_as_absent():
    found = measure_subgroups(SCORES, MANIFEST, 0.5, OPTIONS)
    assert set(found.absent) == {"age", "sex"}


def test_an_attribute_that_a_split_lacks_is_left_out():
    pneumonia = SCORES[SCORES["label"] == "PNEUMONIA"]
    found = measure_subgroups(pneumonia, MANIFEST, 0.5, OPTIONS).splits["test"]
    assert "name family" not in found
    virus = found["disease"]["virus"]
    assert virus.auroc.value is None
    assert virus.auroc.reason == "no radiograph is NORMAL"


def test_the_table_has_a_row_for_each_group():
    found = measure_subgroups(SCORES, MANIFEST, 0.5, OPTIONS).splits
    table = subgroup_table(found["test"]).set_index("group")
    assert table.loc["bacteria", "sensitivity"] == 1.0
    assert pd.isna(table.loc["bacteria", "specificity"])
    assert table["n"].sum() == pytest.approx(2 + 2 + 4 + 4 + 4)


def test_a_group_that_is_served_worse_is_shown_and_one_that_may_be_is_not():
    served = pd.concat(
        [
            SCORES.loc[[row]].assign(radiograph_id=name, patient_id=f"{name}{n}", score=score)
            for row, name, scores in (
                (2, "P/person1_virus_1", [0.1] * 30 + [0.9] * 10),
                (3, "P/person2_bacteria_2", [0.1] * 4 + [0.9] * 36),
            )
            for n, score in enumerate(scores)
        ]
    )
    found = measure_subgroups(served, MANIFEST, 0.5, OPTIONS).splits["test"]
    # Virus and bacteria differ in mode and bytes per pixel too.
    assert {(name, metric) for name, metric, _ in shown_deficits(found)} == {
        ("disease virus", "sensitivity"),
        ("mode L", "sensitivity"),
        ("bytes per pixel 0.233 to 0.367", "sensitivity"),
    }
    assert found["disease"]["virus"].deficits["sensitivity"].value == pytest.approx(0.65)
    few = measure_subgroups(served[::8], MANIFEST, 0.5, OPTIONS).splits["test"]
    assert shown_deficits(few) == []
