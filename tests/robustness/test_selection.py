import pandas as pd
import pytest

from pneumoscope.robustness.selection import spread_evenly


def rows(normal: list[str], pneumonia: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["NORMAL"] * len(normal) + ["PNEUMONIA"] * len(pneumonia),
            "patient_id": normal + pneumonia,
        }
    )


def test_classes_are_even_and_what_one_lacks_the_other_gives():
    found = rows(["a", "b", "c"], list("defghijk"))
    assert spread_evenly(found, 4).tolist() == [0, 2, 3, 10]
    assert len(spread_evenly(found, 8)) == 8
    assert (spread_evenly(found, 8) < 3).sum() == 3


def test_either_class_may_be_the_smaller_one():
    found = rows(list("defghijk"), ["a", "b", "c"])
    assert (spread_evenly(found, 8) >= 8).sum() == 3
    assert len(spread_evenly(found, 8)) == 8


@pytest.mark.parametrize("most", [11, 500])
def test_where_there_is_room_for_all_all_are_taken(most):
    assert spread_evenly(rows(["a", "b", "c"], list("defghijk")), most).tolist() == list(range(11))


def test_a_second_film_of_a_patient_comes_after_the_first_of_every_other():
    found = rows([], ["a", "a", "a", "b", "c", "c"])
    assert spread_evenly(found, 3).tolist() == [0, 3, 4]
    assert spread_evenly(found, 4).tolist() == [0, 1, 3, 4]
