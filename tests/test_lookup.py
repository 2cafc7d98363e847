import numpy as np
import pandas as pd
import pytest

from pneumoscope.lookup import known_places_of, places_of, split_numbers, with_columns

KNOWN = pd.Series(["b", "a", "ü", ""])


@pytest.mark.parametrize("kind", [object, "str", "category"])
def test_texts_are_found_where_they_stand(kind):
    texts = pd.Series(["ü", "a", "z", "", "a"]).astype(kind)
    np.testing.assert_array_equal(places_of(texts, KNOWN), [2, 1, -1, 3, 1])
    assert places_of(texts[:0], KNOWN).shape == (0,)


def test_a_text_that_is_not_known_is_named():
    np.testing.assert_array_equal(known_places_of(KNOWN, KNOWN), range(4))
    with pytest.raises(KeyError, match="z"):
        known_places_of(pd.Series(["a", "z"]), KNOWN)


def test_splits_are_numbered_in_their_order_and_another_is_named():
    splits = pd.Series(["test", "train", "validation", "train"], [9, 8, 7, 6])
    np.testing.assert_array_equal(split_numbers(splits), [2, 0, 1, 0])
    with pytest.raises(KeyError, match="val"):
        split_numbers(pd.Series(["train", "val"]))


MANIFEST = pd.DataFrame({"radiograph_id": ["f", "e", "d"], "width": [3, 2, 1], "mode": list("LLI")})


def test_rows_get_what_is_known_of_their_films_as_by_a_merge():
    rows = pd.DataFrame({"radiograph_id": ["d", "f", "d"], "split": ["train"] * 3}, [7, 8, 9])
    expected = rows.merge(MANIFEST, on="radiograph_id", how="left", validate="many_to_one")
    pd.testing.assert_frame_equal(with_columns(rows, MANIFEST), expected)


def test_no_film_is_taken_for_another():
    with pytest.raises(KeyError, match="g"):
        with_columns(pd.DataFrame({"radiograph_id": ["d", "g"]}), MANIFEST)
    with pytest.raises(ValueError, match="several of one"):
        with_columns(MANIFEST, pd.concat([MANIFEST, MANIFEST]))
