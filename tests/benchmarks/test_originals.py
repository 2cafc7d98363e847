from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from originals import blend
from PIL import Image


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """Six films of noise of each class."""
    rng = np.random.default_rng(3)
    for label in ("NORMAL", "PNEUMONIA"):
        folder = tmp_path / "films" / label
        folder.mkdir(parents=True)
        for number in range(6):
            pixels = rng.integers(0, 256, (40, 30 + number), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{label}-{number}.jpeg")
    return tmp_path / "films"


def test_blended_films_are_new_patients_and_no_two_look_alike(films, tmp_path):
    blended = sorted(blend(films, 24, tmp_path / "blended").rglob("*.jpeg"))
    assert len({path.stem for path in blended}) == 24
    assert {path.parent.name for path in blended} == {"NORMAL", "PNEUMONIA"}
    seen = [np.asarray(Image.open(path).resize((30, 40)), float).ravel() for path in blended]
    correlation = np.corrcoef(seen) - np.eye(24)
    assert correlation.max() < 0.8
    assert all(path.read_bytes() != other.read_bytes() for path, other in pairwise(blended))


def test_more_films_than_there_are_pairs_of_are_refused(films, tmp_path):
    with pytest.raises(SystemExit, match=r"blend 25 different ones, received 12 with 6 of the"):
        blend(films, 25, tmp_path / "blended")
