"""Augmentation changes training radiographs only, within the grey range."""

import numpy as np
import pytest

from pneumoscope.models.training.augmentation import Augmentation
from pneumoscope.options import AugmentationOptions

EVERYTHING = AugmentationOptions(
    horizontal_flip=0.5,
    rotation=15,
    translation=0.1,
    zoom=0.1,
    shear=5,
    crop_area=(0.3, 1.0),
    brightness=0.2,
    contrast=0.3,
    gamma=(0.7, 1.4),
)


def radiographs(count: int = 6) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 8, 12, 1)).astype(np.uint8)


def augment(options: AugmentationOptions, images: np.ndarray, seed: int = 1) -> np.ndarray:
    return np.asarray(Augmentation(options, seed)(images, training=True))


def test_without_options_and_at_inference_nothing_changes() -> None:
    images = radiographs()
    np.testing.assert_array_equal(augment(AugmentationOptions(), images), images)
    at_inference = Augmentation(EVERYTHING, 1)(images, training=False)
    np.testing.assert_array_equal(np.asarray(at_inference), images)


def test_everything_at_once_keeps_shape_and_range_and_repeats_by_seed() -> None:
    first = augment(EVERYTHING, radiographs())
    assert first.shape == (6, 8, 12, 1)
    assert first.dtype == np.float32
    assert first.min() >= 0
    assert first.max() <= 255
    np.testing.assert_array_equal(augment(EVERYTHING, radiographs()), first)
    assert not np.array_equal(augment(EVERYTHING, radiographs(), seed=2), first)
    assert not np.array_equal(first[0], augment(EVERYTHING, radiographs()[[1, 1]])[0])


def test_two_batches_in_a_row_are_changed_differently() -> None:
    layer = Augmentation(EVERYTHING, 1)
    first, second = (np.asarray(layer(radiographs(), training=True)) for _ in range(2))
    assert not np.array_equal(first, second)


def test_an_epoch_draws_the_same_whatever_was_drawn_before() -> None:
    def epochs(*numbers: int) -> list[np.ndarray]:
        layer = Augmentation(EVERYTHING, 1)
        drawn = []
        for number in numbers:
            layer.begin_epoch(number)
            drawn.append(np.asarray(layer(radiographs(), training=True)))
        return drawn

    _, second = epochs(1, 2)
    (resumed,) = epochs(2)
    np.testing.assert_array_equal(resumed, second)
    assert not np.array_equal(*epochs(1, 2))


def test_a_certain_flip_mirrors_left_and_right() -> None:
    images = radiographs()
    flipped = augment(AugmentationOptions(horizontal_flip=1.0), images)
    np.testing.assert_allclose(flipped, images[:, :, ::-1], atol=1e-3)


def test_a_flip_by_half_changes_about_half() -> None:
    images = radiographs(200)
    flipped = augment(AugmentationOptions(horizontal_flip=0.5), images)
    same = np.abs(flipped - images).max(axis=(1, 2, 3)) < 1e-3
    assert 70 < same.sum() < 130


def test_a_crop_fills_the_frame_with_a_part_of_the_radiograph() -> None:
    # Values rise by 10 a column: a crop of a quarter of the area spans half of them.
    ramp = np.tile(np.arange(20, dtype=np.float32) * 10, (3, 20, 1))[..., np.newaxis]
    cropped = augment(AugmentationOptions(crop_area=(0.25, 0.25), crop_aspect=(1, 1)), ramp)
    np.testing.assert_allclose(np.diff(cropped[:, 10, 3:17, 0]), 5.0, atol=0.01)


def test_a_square_turned_by_a_right_angle_is_rotated_and_not_stretched() -> None:
    dot = np.zeros((40, 9, 9, 1), np.uint8)
    dot[:, 4, 7] = 255
    turned = augment(AugmentationOptions(rotation=90), dot)[..., 0]
    rows, columns = np.indices((9, 9))
    mass = turned.sum(axis=(1, 2))
    centre = np.stack([(turned * axis).sum(axis=(1, 2)) / mass - 4 for axis in (rows, columns)])
    # Bilinear interpolation of one pixel moves its centre a little.
    np.testing.assert_allclose(np.hypot(*centre), 3.0, atol=0.25)
    assert np.ptp(np.degrees(np.arctan2(*centre))) > 90


@pytest.mark.parametrize(("fill", "lowest"), [("black", 0.0), ("reflect", 200.0)])
def test_uncovered_parts_are_black_or_reflected(fill: str, lowest: float) -> None:
    white = np.full((20, 8, 8, 1), 200, np.uint8)
    shifted = augment(AugmentationOptions(translation=0.5, fill=fill), white)
    assert shifted.min() == pytest.approx(lowest, abs=1e-3)


def test_brightness_shifts_every_pixel_of_a_radiograph_alike() -> None:
    grey = np.full((50, 4, 4, 1), 100, np.uint8)
    shift = augment(AugmentationOptions(brightness=0.1), grey) - 100
    assert np.ptp(shift, axis=(1, 2, 3)).max() == 0
    assert 15 < np.abs(shift).max() <= 25.5


def test_contrast_keeps_the_mean_and_gamma_keeps_black_and_white() -> None:
    grey = np.tile(np.array([90, 110], np.uint8), (20, 4, 2))[..., np.newaxis]
    contrasted = augment(AugmentationOptions(contrast=0.5), grey)
    np.testing.assert_allclose(contrasted.mean(axis=(1, 2, 3)), 100, atol=1e-3)
    half_spread = np.ptp(contrasted, axis=(1, 2, 3)) / 2
    assert half_spread.min() >= 5
    assert half_spread.max() <= 15

    levels = np.tile(np.array([0, 64, 255], np.uint8), (1, 1, 1))[..., np.newaxis]
    expected = [0, 255 * (64 / 255) ** 2, 255]
    bent = augment(AugmentationOptions(gamma=(2.0, 2.0)), levels)
    np.testing.assert_allclose(bent.ravel(), expected, atol=1e-3)
