import cv2
import numpy as np
import pandas as pd
import pytest

from pneumoscope.external.overlap import measure_overlap
from pneumoscope.naming import Split
from pneumoscope.radiographs.acquisition import measure_film
from pneumoscope.radiographs.measured import SMALL_SIDE


def film(seed: int) -> np.ndarray:
    """A film of its own: blobs that no other has."""
    noise = np.random.default_rng(seed).normal(size=(12, 12)).astype(np.float32)
    large = cv2.resize(noise, (96, 96), interpolation=cv2.INTER_CUBIC)
    return np.clip(128 + 50 * large, 0, 255).astype(np.uint8)


def table(names, patients=None, hashes=None):
    return pd.DataFrame(
        {
            "radiograph_id": names, "path": [f"{name}.png" for name in names],
            "patient_id": patients or [f"file:{name}" for name in names],
            "sha256": hashes or [f"hash of {name}" for name in names],
        }
    )  # fmt: skip


OWN = table([f"o{n}" for n in range(9)], patients=[f"im-{n}" for n in range(9)])
SPLITS = pd.DataFrame(
    {"radiograph_id": OWN["radiograph_id"], "split": ["train", "validation", "test"] * 3}
)
PIXELS = {path: film(n) for n, path in enumerate(OWN["path"])}


def small(pixels):
    return lambda paths: np.array(
        [measure_film(pixels[path]).small for path in paths], dtype=np.uint8
    ).reshape(-1, SMALL_SIDE, SMALL_SIDE)


def overlap(rows, pixels):
    return measure_overlap(rows, small(pixels), OWN, SPLITS, small(PIXELS))


@pytest.fixture(scope="module")
def elsewhere():
    rows = table([f"external:clinic/{n}" for n in range(6)])
    return rows, {path: film(100 + n) for n, path in enumerate(rows["path"])}


def test_films_of_nowhere_else_overlap_with_nothing(elsewhere):
    found = overlap(*elsewhere)
    nothing = dict.fromkeys(Split, 0)
    assert (found.identical, found.copies, found.alike) == (nothing, nothing, nothing)
    assert (found.examples, found.same_keys) == ([], 0)


def test_a_film_byte_for_byte_is_found_in_its_split(elsewhere):
    rows, pixels = elsewhere
    rows = rows.assign(sha256=["hash of o0", "hash of o2", *rows["sha256"][2:]])
    found = overlap(rows, pixels)
    assert found.identical == {Split.TRAIN: 1, Split.VALIDATION: 0, Split.TEST: 1}
    assert ("external:clinic/0", "o0") in found.examples
    assert sum(found.copies.values()) == 0


def test_a_film_stored_anew_is_found_as_a_copy(elsewhere):
    rows, pixels = elsewhere
    small = cv2.resize(film(4), (70, 70), interpolation=cv2.INTER_AREA)
    found = overlap(rows, {**pixels, rows["path"][0]: small})
    assert found.copies == {Split.TRAIN: 0, Split.VALIDATION: 1, Split.TEST: 0}
    assert found.examples == [("external:clinic/0", "o4")]


def test_all_films_of_the_collection_leave_nothing_to_compare():
    rows = table([f"external:clinic/{n}" for n in range(2)], hashes=["hash of o0", "hash of o1"])
    found = overlap(rows, {})
    assert found.identical == {Split.TRAIN: 1, Split.VALIDATION: 1, Split.TEST: 0}


def test_keys_of_train_are_counted_and_films_without_a_key_are_not(elsewhere):
    rows, pixels = elsewhere
    keys = ["im-0", "im-0", "im-1", "im-99", *rows["patient_id"][4:]]
    # im-1 is of validation.
    assert overlap(rows.assign(patient_id=keys), pixels).same_keys == 1
