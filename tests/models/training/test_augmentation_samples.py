import numpy as np
import pytest

from pneumoscope.models.training.augmentation_samples import draw_augmentations
from pneumoscope.options import AugmentationOptions


@pytest.fixture(scope="module")
def films():
    return np.random.default_rng(7).integers(0, 255, (3, 16, 16, 1), dtype=np.uint8)


def test_without_any_change_every_draw_is_the_film_itself(films):
    drawn = draw_augmentations(films, AugmentationOptions(), draws=2, seed=7)
    np.testing.assert_array_equal(drawn, np.stack([films, films]))


def test_draws_differ_from_each_other_and_repeat_with_the_seed(films):
    options = AugmentationOptions(rotation=10, brightness=0.2)
    drawn = draw_augmentations(films, options, draws=2, seed=7)
    assert drawn.shape == (2, 3, 16, 16, 1)
    assert drawn.dtype == np.uint8
    assert (drawn[0] != drawn[1]).any()
    np.testing.assert_array_equal(drawn, draw_augmentations(films, options, draws=2, seed=7))


def test_degradations_are_drawn_too(films):
    options = AugmentationOptions(degraded=1.0, quality=(5, 5))
    assert (
        (draw_augmentations(films, options, draws=1, seed=7)[0] != films).any(axis=(1, 2, 3)).all()
    )
