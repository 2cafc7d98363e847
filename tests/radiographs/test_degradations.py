"""Degradations: what each does to a film, in numbers worked out by hand."""

import numpy as np
import pytest

from pneumoscope.radiographs.degradations import (
    DEGRADATIONS,
    add_noise,
    blur,
    change_contrast,
    change_gamma,
    lose_detail,
    recompress,
    reframe,
    rotate,
)


@pytest.fixture
def grain():
    return np.random.default_rng(0).integers(60, 196, (64, 48)).astype(np.uint8)


def roughness(image):
    return np.abs(np.diff(image.astype(float), axis=1)).mean()


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_every_degradation_keeps_shape_and_type_and_its_input(name, grain):
    before = grain.copy()
    changed = DEGRADATIONS[name](grain, 2.0)
    assert changed.shape == grain.shape
    assert changed.dtype == np.uint8
    assert (changed != grain).any()
    np.testing.assert_array_equal(grain, before)


def test_a_lower_quality_loses_more(grain):
    errors = [np.abs(recompress(grain, quality).astype(int) - grain).mean() for quality in (90, 10)]
    assert errors[0] < errors[1]


def test_blur_and_lost_detail_smooth_the_grain(grain):
    assert roughness(blur(grain, 1.0)) < 0.5 * roughness(grain)
    assert roughness(lose_detail(grain, 2.0)) < 0.6 * roughness(grain)


def test_losing_no_detail_changes_nothing(grain):
    np.testing.assert_array_equal(lose_detail(grain, 1.0), grain)


def test_contrast_moves_grey_values_about_their_mean():
    image = np.array([[100, 140]], dtype=np.uint8)
    np.testing.assert_array_equal(change_contrast(image, 0.5), [[110, 130]])
    np.testing.assert_array_equal(change_contrast(image, 10.0), [[0, 255]])


def test_gamma_keeps_black_and_white():
    image = np.array([[0, 64, 255]], dtype=np.uint8)
    np.testing.assert_array_equal(change_gamma(image, 2.0), [[0, 16, 255]])


def test_noise_has_the_standard_deviation_asked_for():
    flat = np.full((200, 200), 128, dtype=np.uint8)
    noisy = add_noise(flat, 5.0, np.random.default_rng(0)).astype(float)
    assert noisy.std() == pytest.approx(5.0, rel=0.03)
    assert noisy.mean() == pytest.approx(128.0, abs=0.1)


def test_a_quarter_turn_is_counter_clockwise_and_four_come_full_circle(grain):
    square = grain[:48]
    np.testing.assert_array_equal(rotate(square, 90.0), np.rot90(square))
    np.testing.assert_array_equal(rotate(square, 360.0), square)


def test_a_turn_leaves_no_black_corner():
    assert (rotate(np.full((20, 30), 90, dtype=np.uint8), 30.0) == 90).all()


def test_a_wider_frame_cuts_top_and_bottom_and_stretches_the_rest():
    bands = np.repeat([0, 100, 200, 0], 10).astype(np.uint8)[:, np.newaxis] * np.ones(
        (1, 20), dtype=np.uint8
    )
    taller = reframe(bands, 2.0)
    assert (taller[:18] == 100).all() and (taller[22:] == 200).all()


def test_a_narrower_frame_is_a_wider_one_on_its_side(grain):
    np.testing.assert_array_equal(reframe(grain, 0.5), reframe(grain.T, 2.0).T)


def test_an_extreme_frame_keeps_a_row_or_a_column(grain):
    assert reframe(grain, 1e6).shape == reframe(grain, 1e-6).shape == grain.shape


def test_the_same_frame_changes_nothing(grain):
    np.testing.assert_array_equal(reframe(grain, 1.0), grain)
