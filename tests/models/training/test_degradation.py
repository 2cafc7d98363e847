"""Random degradations: off without options, drawn anew, and only for their share."""

import numpy as np
import pytest

from pneumoscope.models.training.batches import LabelledRadiographs, RadiographBatches
from pneumoscope.models.training.degradation import degrading
from pneumoscope.options import AugmentationOptions

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 24, 24, 1)).astype(np.uint8)
HARD = AugmentationOptions(quality=(5, 20), blur=1.0, detail=2.0, noise=5.0)


def changed(images, originals=IMAGES):
    return (images != originals).any(axis=(1, 2, 3))


def test_nothing_asked_for_is_nothing_done():
    assert degrading(AugmentationOptions()) is None


def test_about_the_share_asked_for_is_degraded_and_the_stored_films_stay():
    before = IMAGES.copy()
    degraded = degrading(HARD)(IMAGES, np.random.default_rng(1))
    assert changed(degraded).mean() == pytest.approx(0.5, abs=0.2)
    np.testing.assert_array_equal(IMAGES, before)


@pytest.mark.parametrize(
    "option", [{"quality": (5, 20)}, {"blur": 2.0}, {"detail": 3.0}, {"noise": 9.0}]
)
def test_each_degradation_works_alone(option):
    options = AugmentationOptions(degraded=1.0, **option)
    assert changed(degrading(options)(IMAGES, np.random.default_rng(1))).mean() > 0.9


def test_batches_degrade_by_seed_and_epoch_alone():
    radiographs = LabelledRadiographs(IMAGES, np.arange(40) % 2)

    def batch(epoch):
        batches = RadiographBatches(radiographs, 8, seed=3, degrade=degrading(HARD))
        batches.begin_epoch(epoch)
        return batches[1][0]

    np.testing.assert_array_equal(batch(2), batch(2))
    assert (batch(2) != batch(3)).any()
