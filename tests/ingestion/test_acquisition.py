from io import BytesIO

import numpy as np
import pytest

from pneumoscope.ingestion.acquisition import measure_films, peripheries
from pneumoscope.ingestion.shortcuts import measure_shortcuts, shortcut_warnings
from pneumoscope.naming import Subtype
from pneumoscope.phantoms.films import Film, render_film
from pneumoscope.radiographs.acquisition import ACQUISITION, measure_acquisition, periphery


def test_every_film_has_a_row_in_the_order_of_the_manifest(make_manifest):
    rng = np.random.default_rng(0)
    paths = ["NORMAL/b.jpeg", "NORMAL/a.jpeg", "PNEUMONIA/c.jpeg"]
    decoded = {path: rng.integers(0, 255, (60, 50), dtype=np.uint8) for path in paths}
    manifest = make_manifest(paths)
    found = measure_films(manifest, [decoded[path] for path in manifest["path"]], 2)
    assert found["radiograph_id"].tolist() == manifest["radiograph_id"].tolist()
    last = decoded[manifest["path"].iloc[-1]]
    assert found[list(ACQUISITION)].iloc[-1].to_dict() == measure_acquisition(last)
    assert (peripheries(found)[-1] == periphery(last)).all()


@pytest.fixture(scope="module")
def phantoms():
    """Give 120 healthy phantoms, half of them called PNEUMONIA: nothing tells the classes."""
    from PIL import Image

    def drawn(n: int) -> np.ndarray:
        film = Film("train", Subtype.NORMAL, f"patient {n}", str(n))
        with Image.open(BytesIO(render_film(film, (96, 128), 0))) as picture:
            return np.asarray(picture.convert("L"))

    return {f"{'NORMAL' if n % 2 else 'PNEUMONIA'}/{n}.jpeg": drawn(n) for n in range(120)}


def test_on_phantoms_nothing_outside_the_centre_is_warned_of(make_manifest, phantoms):
    manifest = make_manifest(list(phantoms))
    off_centre = measure_films(manifest, [phantoms[path] for path in manifest["path"]], 16)
    assert shortcut_warnings(measure_shortcuts(manifest, 0.7, off_centre)) == []


def test_letters_on_one_class_are_warned_of(make_manifest, phantoms):
    manifest = make_manifest(list(phantoms))
    marked = {path: film.copy() for path, film in phantoms.items()}
    for path, film in marked.items():
        if path.startswith("NORMAL"):
            film[4:10, 4:8] = film[4:8, -12:-8] = 255
    off_centre = measure_films(manifest, [marked[path] for path in manifest["path"]], 16)
    (warning,) = shortcut_warnings(measure_shortcuts(manifest, 0.7, off_centre))
    assert "small bright marks in the corners" in warning
