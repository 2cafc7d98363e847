"""Tests of one synthetic radiograph: size, pixels, comment, seed."""

import io

import numpy as np
import pytest
from PIL import Image

from pneumoscope.naming import Label, Subtype
from pneumoscope.phantoms.films import Film, generator, render_film
from pneumoscope.provenance import PHANTOM_COMMENT

VIRUS = Film("train", Subtype.VIRUS, "person7_virus", "person7_virus_9")


def opened(film: Film, seed: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(render_film(film, (64, 96), seed)))


def test_a_film_knows_its_class_and_path() -> None:
    assert VIRUS.label is Label.PNEUMONIA
    assert VIRUS.path == "train/PNEUMONIA/person7_virus_9.jpeg"


@pytest.mark.parametrize("number", range(6))
def test_sides_lie_in_the_range_asked_for(number: int) -> None:
    width, height = opened(Film("train", Subtype.NORMAL, "IM-0115", f"{number}")).size
    assert 64 <= min(width, height) <= 96
    assert 0.78 <= width / height <= 1.62


def test_every_film_says_that_it_is_synthetic() -> None:
    assert opened(VIRUS).info["comment"].decode() == PHANTOM_COMMENT


def test_another_seed_gives_another_film() -> None:
    assert render_film(VIRUS, (64, 96), 0) != render_film(VIRUS, (64, 96), 1)


def test_a_colour_film_holds_grey_content() -> None:
    film = opened(Film("train", Subtype.BACTERIA, "person1_bacteria", "x", is_rgb=True))
    red, green, blue = np.moveaxis(np.asarray(film).astype(int), -1, 0)
    assert film.mode == "RGB"
    assert np.abs(red - green).max() <= 2
    assert np.abs(red - blue).max() <= 2


def test_lungs_are_darker_than_the_spine() -> None:
    grey = np.asarray(opened(Film("test", Subtype.NORMAL, "IM-0115", "a")).resize((64, 64)))
    rows = slice(24, 34)
    assert grey[rows, 28:36].mean() > grey[rows, 14:22].mean() + 10


def test_a_generator_depends_on_seed_and_names_alone() -> None:
    assert generator(1, "a", "b").random() == generator(1, "a", "b").random()
    assert generator(1, "a").random() != generator(1, "b").random()
    assert generator(1, "a").random() != generator(2, "a").random()
