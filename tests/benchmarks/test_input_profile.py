"""A profile sees input that makes the model wait, and input that does not."""

import time

import keras
import numpy as np
import pytest
from input_profile import InputProfile, profile_input

from pneumoscope.models.training.batches import LabelledRadiographs, RadiographBatches


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
    # Lower bounds alone: on a busy machine everything takes longer.
    assert profile.batch >= 0.05
    assert profile.step > 0.04
