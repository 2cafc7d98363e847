"""Marks and borders: where they lie, how large they are, and on which films."""

import numpy as np
import pytest

from pneumoscope.radiographs.marks import add_borders, add_marks, draw_bank

SIDE = 120
DARK = np.full((200, SIDE, SIDE, 1), 60, dtype=np.uint8)
BANK = draw_bank(SIDE, seed=3)


def rng(seed=1):
    return np.random.default_rng(seed)


def test_a_bank_has_letters_and_blobs_of_the_size_of_real_ones_and_repeats_with_its_seed():
    heights = [mark.shape[0] / SIDE for mark in BANK]
    assert min(heights) > 0.015
    assert max(heights) < 0.2
    assert all(mark.min() >= 0 and 0.3 < mark.max() <= 1 for mark in BANK)
    again = draw_bank(SIDE, seed=3)
    assert all((one == other).all() for one, other in zip(BANK, again, strict=True))


def test_marks_are_brighter_than_what_they_lie_on_and_leave_the_centre():
    marked = add_marks(DARK, 1.0, BANK, rng())
    assert (marked >= DARK).all()
    assert (marked != DARK).any(axis=(1, 2, 3)).all()
    # A quarter of a side from the edge, and at most a tenth more of height.
    assert (marked[:, 44:76, 44:76] == 60).mean() > 0.99


@pytest.mark.parametrize(
    "change", [lambda *given: add_marks(given[0], given[1], BANK, given[2]), add_borders]
)
def test_both_classes_are_changed_alike(change):
    changed = (change(DARK, 0.5, rng()) != DARK).any(axis=(1, 2, 3))
    # Which films are changed depends on their place in a shuffled batch alone.
    assert changed[:100].mean() == pytest.approx(changed[100:].mean(), abs=0.15)
    assert (DARK == 60).all()
    np.testing.assert_array_equal(change(DARK, 0.0, rng()), DARK)


def test_borders_are_black_bands_of_a_seventh_at_most():
    bordered = add_borders(DARK, 1.0, rng())
    assert (bordered[:, 18:102, 18:102] == 60).all()
    black = (bordered[..., 0] < 16).all(axis=2)
    assert set(np.unique(bordered)) <= {*range(16), 60}
    # Each side has one in half of the films.
    assert black[:, 0].mean() == pytest.approx(0.5, abs=0.1)


def test_marks_fit_on_the_smallest_film():
    small = np.zeros((4, 16, 16, 1), dtype=np.uint8)
    assert add_marks(small, 1.0, draw_bank(16, 1), rng()).shape == small.shape
