from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from pneumoscope.ingestion.shortcuts import measure_shortcuts, shortcut_warnings
from pneumoscope.naming import Subtype
from pneumoscope.phantoms.films import Film, render_film
from pneumoscope.radiographs.acquisition import measure_film


def measured(films: list[np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame([measure_film(film).numbers for film in films])


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
    off_centre = measured([phantoms[path] for path in manifest["path"]])
    assert shortcut_warnings(measure_shortcuts(manifest, 0.7, off_centre)) == []


def test_letters_on_one_class_are_warned_of(make_manifest, phantoms):
    manifest = make_manifest(list(phantoms))
    marked = {path: film.copy() for path, film in phantoms.items()}
    for path, film in marked.items():
        if path.startswith("NORMAL"):
            film[4:10, 4:8] = film[4:8, -12:-8] = 255
    off_centre = measured([marked[path] for path in manifest["path"]])
    (warning,) = shortcut_warnings(measure_shortcuts(manifest, 0.7, off_centre))
    assert "small bright marks in the corners" in warning
