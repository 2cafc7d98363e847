"""A profile sees input that makes the model wait, and input that does not."""

import time

import keras
import numpy as np
import pytest

from pneumoscope.models.batches import LabelledRadiographs, RadiographBatches
from pneumoscope.models.profiling import InputProfile, profile_input


def test_the_share_of_waiting_is_what_real_batches_add() -> None:
    assert InputProfile(step=0.4, repeated_step=0.3, batch=0.2).waiting == pytest.approx(0.25)


def test_slow_input_is_seen() -> None:
    def slow(images, _):
        time.sleep(0.05)
        return images

    trainer = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten()])
    trainer.add(keras.layers.Dense(1))
    trainer.compile("sgd", "mse", jit_compile=False)
    images = np.zeros((8, 2, 2, 1), np.uint8)
    batches = RadiographBatches(LabelledRadiographs(images, np.zeros(8)), 2, 1, slow)
    profile = profile_input(trainer, batches, steps=4, rounds=1)
    assert profile.batch == pytest.approx(0.05, rel=0.5)
    assert profile.step > 0.04
    assert 0.3 < profile.waiting <= 1
