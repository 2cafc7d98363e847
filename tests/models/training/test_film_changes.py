"""Changes of stored films: off without options, in their order, and repeatable."""

import numpy as np
import pytest

from pneumoscope.models.training.batches import LabelledRadiographs, RadiographBatches
from pneumoscope.models.training.degradation import degrading
from pneumoscope.models.training.film_changes import film_changes
from pneumoscope.options import AugmentationOptions

FILMS = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 1)).astype(np.uint8)
SHARES = ("swapped_surroundings", "dropped_surroundings", "bordered", "marked")


def test_nothing_asked_for_is_nothing_done():
    assert film_changes(AugmentationOptions(), 32, seed=1) is None


def test_without_the_others_films_are_degraded_as_ever_to_the_byte():
    options = AugmentationOptions(quality=(5, 20), blur=1.0, detail=2.0, noise=5.0)
    np.testing.assert_array_equal(
        film_changes(options, 32, seed=1)(FILMS, np.random.default_rng(1)),
        degrading(options)(FILMS, np.random.default_rng(1)),
    )


@pytest.mark.parametrize("share", SHARES)
def test_each_change_works_alone_and_repeats_with_seed_and_epoch(share):
    options = AugmentationOptions(**{share: 0.9})
    radiographs = LabelledRadiographs(FILMS, np.arange(40) % 2)

    def batch(epoch):
        changes = film_changes(options, 32, seed=3)
        batches = RadiographBatches(radiographs, 40, seed=3, change=changes)
        batches.begin_epoch(epoch)
        return batches[0][0]

    np.testing.assert_array_equal(batch(2), batch(2))
    assert (batch(2) != batch(3)).any()
    changed = film_changes(options, 32, seed=3)(FILMS, np.random.default_rng(1))
    assert (changed != FILMS).any(axis=(1, 2, 3)).mean() > 0.6


def test_marks_are_drawn_on_what_was_swapped_in():
    dark = np.zeros((8, 32, 32, 1), dtype=np.uint8)
    options = AugmentationOptions(swapped_surroundings=1.0, marked=1.0)
    changed = film_changes(options, 32, seed=3)(dark, np.random.default_rng(1))
    assert (changed > 0).any(axis=(1, 2, 3)).all()
