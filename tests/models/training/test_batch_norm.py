"""Fused batch norm computes what Keras's own does, and leaves no trace in the model."""

import inspect
import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from pneumoscope.models.training import batch_norm
from pneumoscope.models.training.batch_norm import can_fuse, fused_batch_norm
from pneumoscope.models.training.fit import FitResult
from pneumoscope.options import FittingOptions, ModelOptions

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="the fused operation is TensorFlow's"
)

SHAPE = (4, 5, 3, 6)
PLAIN_CALL = layers.BatchNormalization.call


def activations(seed: int = 0) -> tf.Tensor:
    random = np.random.default_rng(seed)
    spread = random.uniform(0.5, 3, SHAPE[-1])
    return tf.constant(random.normal(2, spread, SHAPE).astype(np.float32))


def train_once(layer: keras.layers.Layer, x: tf.Tensor) -> dict[str, np.ndarray]:
    """Call a layer in training mode and differentiate an uneven sum of its output."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
        uneven = tf.reshape(tf.range(tf.size(y), dtype="float32") % 7, tf.shape(y))
        loss = tf.reduce_sum(tf.cast(y, "float32") * uneven)
    found = tape.gradient(loss, [x, *layer.trainable_variables])
    names = ["input", *(variable.name for variable in layer.trainable_variables)]
    gradients = {f"gradient of {name}": each for name, each in zip(names, found, strict=True)}
    averages = {variable.name: variable for variable in layer.non_trainable_variables}
    return {
        name: keras.ops.convert_to_numpy(keras.ops.cast(value, "float32"))
        for name, value in {"output": y, **gradients, **averages}.items()
    }


def both(make: Callable[[], keras.layers.Layer], x: tf.Tensor) -> tuple[dict, dict]:
    """Train a layer of each kind once."""
    plain = train_once(make(), x)
    with fused_batch_norm():
        fused = train_once(make(), x)
    return plain, fused


def test_keras_calls_the_layer_as_the_fused_operation_expects() -> None:
    # After an upgrade of Keras this fails, and training is slower until batch_norm.py is brought
    # up to date: read the new BatchNormalization.call first.
    assert can_fuse(), inspect.signature(PLAIN_CALL)


@pytest.mark.parametrize(
    "options",
    [{}, {"scale": False}, {"center": False}, {"momentum": 0.5, "epsilon": 1e-5}, {"axis": 3}],
    ids=str,
)
def test_outputs_gradients_and_averages_are_those_of_keras(options: dict) -> None:
    plain, fused = both(lambda: layers.BatchNormalization(**options), activations())
    assert plain.keys() == fused.keys()
    assert "moving_variance" in plain
    for name, expected in plain.items():
        np.testing.assert_allclose(fused[name], expected, rtol=1e-4, atol=1e-4, err_msg=name)


def test_the_average_takes_the_variance_of_the_batch_not_of_a_population() -> None:
    x = tf.constant(np.array([1, 2, 3, 6], np.float32).reshape(4, 1, 1, 1))
    with fused_batch_norm():
        found = train_once(layers.BatchNormalization(momentum=0.0), x)
    assert found["moving_mean"] == pytest.approx(3.0)
    # (4 + 1 + 0 + 9) / 4; divided by 3 it would be 4.67.
    assert found["moving_variance"] == pytest.approx(3.5, rel=1e-5)


def test_one_pixel_of_one_film_has_no_variance() -> None:
    x = tf.constant(np.float32([[[[5.0, -2.0]]]]))
    plain, fused = both(lambda: layers.BatchNormalization(momentum=0.5), x)
    for name, expected in plain.items():
        np.testing.assert_allclose(fused[name], expected, atol=1e-6, err_msg=name)


def test_mixed_precision_agrees_within_the_digits_of_bfloat16() -> None:
    plain, fused = both(
        lambda: layers.BatchNormalization(dtype="mixed_bfloat16"),
        tf.cast(activations(), "bfloat16"),
    )
    for name, expected in plain.items():
        scale = np.abs(expected).max()
        np.testing.assert_allclose(fused[name] / scale, expected / scale, atol=1e-2, err_msg=name)
    # Averages are kept in float32, and so agree far better.
    np.testing.assert_allclose(fused["moving_mean"], plain["moving_mean"], rtol=1e-4)
    np.testing.assert_allclose(fused["moving_variance"], plain["moving_variance"], rtol=1e-4)


def frozen() -> keras.layers.Layer:
    layer = layers.BatchNormalization()
    layer.trainable = False
    return layer


@pytest.mark.parametrize(
    ("make", "x"),
    [
        (frozen, activations()),
        (layers.BatchNormalization, activations()[:, 0, 0]),
        (lambda: layers.BatchNormalization(axis=1), activations()),
        (lambda: layers.BatchNormalization(renorm=True), activations()),
    ],
    ids=["frozen", "of units", "channels first", "renormalised"],
)
def test_other_batch_norm_is_computed_by_keras_to_the_bit(make: Callable, x: tf.Tensor) -> None:
    plain, fused = both(make, x)
    for name, expected in plain.items():
        np.testing.assert_array_equal(fused[name], expected, err_msg=name)


def test_inference_is_computed_by_keras_to_the_bit() -> None:
    layer, x = layers.BatchNormalization(), activations()
    layer(x, training=True)
    plain = layer(x, training=False)
    with fused_batch_norm():
        np.testing.assert_array_equal(layer(x, training=False), plain)


def test_keras_is_itself_again_even_after_an_error() -> None:
    with pytest.raises(KeyboardInterrupt), fused_batch_norm():
        assert layers.BatchNormalization.call is not PLAIN_CALL
        raise KeyboardInterrupt
    assert layers.BatchNormalization.call is PLAIN_CALL


def test_a_keras_with_another_layer_is_left_alone_with_a_debug_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def call(self, inputs, training=None, mask=None, renewed=False) -> None:
        raise NotImplementedError

    monkeypatch.setattr(layers.BatchNormalization, "call", call)
    with caplog.at_level(logging.DEBUG, logger=batch_norm.__name__), fused_batch_norm():
        assert layers.BatchNormalization.call is call
    assert caplog.messages == ["batch norm is computed by Keras itself"]


CNN = ModelOptions.model_validate(
    {"architecture": "cnn", "filters": [4, 8], "dropout": 0.0, "batch_norm": True}
)
FITTING = FittingOptions(epochs=2, batch_size=8, learning_rate=1e-3, ema_momentum=None)


@dataclass(frozen=True)
class Counted:
    """A fit, and how many layers it traced with the fused operation."""

    result: FitResult
    fused: int


@pytest.fixture(scope="module")
def trained(fitted) -> Counted:
    traced = []
    fused = batch_norm._fused
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_norm, "_fused", lambda *given: traced.append(given) or fused(*given))
        return Counted(fitted(CNN, FITTING), len(traced))


def test_training_steps_are_traced_with_the_fused_operation(trained: Counted) -> None:
    # Once a layer: two convolutions; the dense layer's batch norm is of units.
    assert trained.fused == 2


def test_a_training_agrees_with_one_of_plain_keras(trained: Counted, fitted, monkeypatch) -> None:
    monkeypatch.setattr(batch_norm, "can_fuse", lambda: False)
    fused, plain = trained.result, fitted(CNN, FITTING)
    columns = ["loss", "validation_loss", "stressed_loss"]
    np.testing.assert_allclose(fused.history[columns], plain.history[columns], rtol=1e-3)
    for ours, theirs in zip(fused.model.weights, plain.model.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-2, atol=1e-3, err_msg=ours.path)


# What is imported stays, and to look for garbage in it takes a fifth of the time.
LOAD = """
import gc
gc.disable()
import sys, keras, numpy as np
model = keras.models.load_model(sys.argv[1])
assert not [name for name in sys.modules if name.startswith("pneumoscope")]
kinds = {type(layer) for layer in model.layers if "norm" in layer.name}
assert kinds == {keras.layers.BatchNormalization}, kinds
np.save(sys.argv[2], model(np.load(sys.argv[3]), training=False))
"""


def test_a_saved_model_is_plain_keras(trained: Counted, separable, tmp_path: Path) -> None:
    images = separable().images
    saved, scores, films = (tmp_path / name for name in ("m.keras", "scores.npy", "films.npy"))
    trained.result.model.save(saved)
    np.save(films, images)
    command = [sys.executable, "-I", "-c", LOAD, str(saved), str(scores), str(films)]
    subprocess.run(command, check=True, cwd=tmp_path)
    expected = keras.ops.convert_to_numpy(trained.result.model(images, training=False))
    np.testing.assert_allclose(np.load(scores), expected, atol=1e-6)
