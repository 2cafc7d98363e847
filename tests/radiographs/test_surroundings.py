"""Surroundings of films swapped or dropped: the centre stays, the rest is another film's."""

import numpy as np
import pytest

from pneumoscope.radiographs.surroundings import (
    SOFTNESS,
    drop_surroundings,
    soft_fields,
    swap_surroundings,
)

SIDE, FIELD = 100, (0.6, 0.9)
# Each film is of one grey level of its own.
LEVELS = np.arange(8, dtype=np.uint8) * 30
FILMS = np.ones((8, SIDE, SIDE, 1), dtype=np.uint8) * LEVELS[:, None, None, None]
CENTRE = slice(20, 80)


def rng(seed=1):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("change", [swap_surroundings, drop_surroundings])
def test_the_centre_stays_and_so_do_the_stored_films(change):
    before = FILMS.copy()
    changed = change(FILMS, 1.0, FIELD, rng())
    assert changed.dtype == np.uint8
    np.testing.assert_array_equal(changed[:, CENTRE, CENTRE], FILMS[:, CENTRE, CENTRE])
    np.testing.assert_array_equal(FILMS, before)


def test_a_corner_shows_another_film_and_each_film_gives_its_own_to_one():
    corners = swap_surroundings(FILMS, 1.0, FIELD, rng())[:, 0, 0, 0]
    assert sorted(corners) == sorted(LEVELS)
    assert (corners != LEVELS).sum() >= 4


def test_the_other_film_is_drawn_without_a_look_at_the_class():
    # Of 8 films 2 are NORMAL: a NORMAL film's corner is NORMAL's in 1 of 4 draws.
    normal = LEVELS[:2]
    corners = [swap_surroundings(FILMS, 1.0, FIELD, rng(seed))[0, 0, 0, 0] for seed in range(400)]
    assert np.isin(corners, normal).mean() == pytest.approx(0.25, abs=0.06)


@pytest.mark.parametrize("change", [swap_surroundings, drop_surroundings])
def test_only_the_share_asked_for_is_changed(change):
    films = np.concatenate([FILMS] * 50)
    changed = change(films, 0.5, FIELD, rng())
    assert (changed != films).any(axis=(1, 2, 3)).mean() == pytest.approx(0.5, abs=0.1)
    np.testing.assert_array_equal(change(films, 0.0, FIELD, rng()), films)


def test_what_is_dropped_is_one_level_or_noise():
    corners = drop_surroundings(np.concatenate([FILMS] * 10), 1.0, FIELD, rng())[:, :5, :5, 0]
    flat = (corners == corners[:, :1, :1]).all(axis=(1, 2))
    assert 0.3 < flat.mean() < 0.7


def test_a_field_is_one_within_falls_over_its_edge_and_is_nought_beyond():
    drawn = soft_fields(50, (SIDE, SIDE), (0.5, 0.5), rng())
    assert drawn.dtype == np.float32
    assert (drawn[:, 25:75, 25:75] == 1).all()
    # The edge is 15 pixels wide at most: beyond 25 - 15 nothing is left.
    assert SOFTNESS[1] == 0.15
    assert (drawn[:, :9] == 0).all()
    assert (np.diff(drawn[:, 50, :50], axis=1) >= 0).all()


def test_height_and_width_of_a_field_are_drawn_apart():
    inside = soft_fields(200, (SIDE, SIDE), (0.5, 0.9), rng()) == 1
    heights, widths = inside[:, :, 50].sum(axis=1), inside[:, 50].sum(axis=1)
    assert abs(np.corrcoef(heights, widths)[0, 1]) < 0.3
    assert 50 <= min(heights.min(), widths.min()) <= max(heights.max(), widths.max()) <= 90
