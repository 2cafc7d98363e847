from pathlib import Path

import cv2
import numpy as np
import pytest

from pneumoscope.options import DecodingOptions, PhantomOptions
from pneumoscope.phantoms.collection import make_phantoms
from pneumoscope.radiographs.decoding import decode
from pneumoscope.radiographs.orientation import (
    INVERTED,
    MIRRORED,
    ON_ITS_SIDE,
    UPSIDE_DOWN,
    copies,
    orientation_of,
    standardised,
)

FILMS = Path(__file__).parents[3] / "shared" / "chest_xray"
WAYS = {
    INVERTED: lambda film: 255 - film,
    ON_ITS_SIDE: np.rot90,
    UPSIDE_DOWN: np.flipud,
    MIRRORED: np.fliplr,
}
BOUNDS = DecodingOptions(
    working_side=128, max_megabytes=9, max_megapixels=9, max_aspect=5, max_scans=20
)


@pytest.fixture(scope="module")
def phantoms() -> list[np.ndarray]:
    options = PhantomOptions(patients=60, shorter_side=(128, 160))
    files = make_phantoms(options, seed=7).items()
    return [decode(read(), BOUNDS).pixels for path, read in files if path.endswith(".jpeg")]


def share(films: list[np.ndarray], way: str) -> float:
    return float(np.mean([way in orientation_of(np.ascontiguousarray(film)) for film in films]))


def test_upright_phantoms_cry_no_wolf(phantoms):
    assert [orientation_of(film) for film in phantoms] == [""] * len(phantoms)


@pytest.mark.parametrize(
    ("way", "least"), [(INVERTED, 0.99), (ON_ITS_SIDE, 0.99), (UPSIDE_DOWN, 0.85), (MIRRORED, 0.1)]
)
def test_changed_phantoms_are_told(phantoms, way, least):
    assert share([WAYS[way](film) for film in phantoms], way) >= least


def test_two_ways_at_once_are_told(phantoms):
    told = [orientation_of(np.rot90(255 - film).copy()) for film in phantoms]
    assert told.count("inverted and on its side") > 0.9 * len(phantoms)


def test_brightness_contrast_and_size_change_nothing(phantoms):
    for film in phantoms[:10]:
        dim = (film * 0.5 + 20).astype(np.uint8)
        large = cv2.resize(film, (700, 500))
        for way in ("", *WAYS):
            changed = WAYS.get(way, lambda film: film)
            expected = orientation_of(np.ascontiguousarray(changed(film)))
            assert orientation_of(np.ascontiguousarray(changed(dim))) == expected
            assert (INVERTED in orientation_of(np.ascontiguousarray(changed(large)))) == (
                INVERTED in expected
            )


@pytest.mark.parametrize("level", [0, 128, 255])
def test_of_an_empty_film_nothing_is_told(level):
    assert orientation_of(np.full((200, 100), level, np.uint8)) == ""


def test_a_film_smaller_than_the_template_is_looked_at_too(phantoms):
    assert orientation_of(cv2.resize(phantoms[0], (9, 7))) == ""


def test_copies_are_turned_to_the_left_then_mirrored():
    image = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    assert [way.ravel().tolist() for way in copies(image)] == [
        [1, 2, 3, 4], [2, 4, 1, 3], [4, 3, 2, 1], [3, 1, 4, 2],
        [2, 1, 4, 3], [1, 3, 2, 4], [3, 4, 1, 2], [4, 2, 3, 1],
    ]  # fmt: skip


def test_standardised_has_mean_0_and_variance_1_but_for_what_is_clipped(phantoms):
    small = standardised(phantoms[0])
    assert small.shape == (16, 16)
    assert small.mean() == pytest.approx(0, abs=0.05)
    assert 0.8 < small.std() <= 1


@pytest.mark.skipif(not FILMS.is_dir(), reason="no real radiographs at hand")
@pytest.mark.parametrize(
    ("way", "found", "false"),
    [(INVERTED, 0.99, 0.0), (ON_ITS_SIDE, 0.99, 0.002), (UPSIDE_DOWN, 0.9, 0.005),
     (MIRRORED, 0.45, 0.01)],
)  # fmt: skip
def test_real_films(way, found, false):
    paths = sorted((FILMS / "train").rglob("*.jpeg"))[::10]
    films = [decode(path.read_bytes(), BOUNDS).pixels for path in paths]
    assert share(films, way) <= false
    assert share([WAYS[way](film) for film in films], way) >= found
