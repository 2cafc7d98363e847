"""The optimizer trains as Keras's AdamW does, and keeps nothing of what it trained."""

import gc
import weakref

import keras
import numpy as np
import pytest

from pneumoscope.models.training.optimizer import build_optimizer
from pneumoscope.options import FittingOptions

FITTING = FittingOptions(epochs=1, weight_decay=0.1, ema_momentum=0.9)
RNG = np.random.default_rng(0)
INPUTS, TARGETS = RNG.random((8, 4), "float32"), RNG.random((8, 1), "float32")


def small_model() -> keras.Model:
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])


def trained(optimizer: keras.optimizers.Optimizer, model: keras.Model) -> keras.Model:
    model.compile(optimizer, loss="mse", jit_compile=False)
    for _ in range(3):
        model.train_on_batch(INPUTS, TARGETS)
    return model


@pytest.mark.parametrize("decays", [False, True])
@pytest.mark.parametrize("momentum", [0.9, None])
def test_it_trains_as_keras_does(momentum: float | None, decays: bool) -> None:
    rate = keras.optimizers.schedules.CosineDecay(0.01, 5) if decays else 0.01
    fitting = FITTING.model_copy(update={"ema_momentum": momentum})
    model = small_model()
    ours = trained(build_optimizer(model.trainable_variables, rate, fitting), model)
    averaged = {} if momentum is None else {"use_ema": True, "ema_momentum": momentum}
    theirs = keras.optimizers.AdamW(rate, weight_decay=0.1, **averaged)
    theirs.exclude_from_weight_decay(var_names=["bias"])
    expected = trained(theirs, small_model())
    for one, other in zip(ours.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(ours.optimizer.variables, theirs.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_its_variables_are_there_from_the_start() -> None:
    variables = small_model().trainable_variables
    built = build_optimizer(variables, 0.01, FITTING)
    # Steps and rate, then two moments and an average for each.
    assert len(built.variables) == 2 + 3 * len(variables)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a leak of TensorFlow")
def test_a_trained_model_is_let_go_of() -> None:
    model = small_model()
    trained(build_optimizer(model.trainable_variables, 0.01, FITTING), model)
    memory = [
        weakref.ref(variable.value.handle)
        for variable in (*model.variables, *model.optimizer.variables)
    ]
    del model
    gc.collect()
    assert [handle() for handle in memory if handle() is not None] == []
