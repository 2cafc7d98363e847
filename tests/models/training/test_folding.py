"""Folded batch norm computes what Keras's own does, and leaves no trace in the model."""

import inspect
import logging

import keras
import numpy as np
import pytest
from keras import layers

from pneumoscope.models.training import batch_norm, folding
from pneumoscope.models.training.folding import can_fold, folded_batch_norm
from pneumoscope.options import FittingOptions

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="layers are folded on TensorFlow alone"
)

KINDS = (layers.Conv2D, layers.DepthwiseConv2D, layers.BatchNormalization)
PLAIN_CALLS = [kind.call for kind in KINDS]
FITTING = FittingOptions(epochs=1, frozen_epochs=1, batch_size=8, learning_rate=1e-3)


def frozen_norm(seed: int, trainable: bool = False, **options: object):
    """Give a batch norm with statistics that change something; call it on a tensor."""

    def apply(x: keras.KerasTensor) -> keras.KerasTensor:
        norm = layers.BatchNormalization(**options)
        y = norm(x)
        random = np.random.default_rng(seed)
        for variable in norm.variables:
            variable.assign(random.uniform(0.5, 2.0, variable.shape))
        norm.trainable = trainable
        return y

    return apply


def small_model(dtype: str = "float32") -> keras.Model:
    """Three convolutions under batch norm of three kinds; the middle one has no scale."""
    keras.utils.set_random_seed(3)
    with_policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        x = inner = keras.Input((8, 8, 3))
        x = frozen_norm(1)(layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(x))
        x = layers.ReLU(6.0)(x)
        depthwise = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", use_bias=False)
        x = frozen_norm(2, scale=False)(depthwise(x))
        x = frozen_norm(3, center=False)(layers.Conv2D(5, 1, use_bias=False)(layers.ReLU()(x)))
        backbone = keras.Model(inner, x)
        outer = keras.Input((8, 8, 3))
        return keras.Model(outer, layers.GlobalAveragePooling2D()(backbone(outer)))
    finally:
        keras.config.set_dtype_policy(with_policy)


def step(model: keras.Model) -> list[np.ndarray]:
    """Return the output and the gradient of every weight that moves."""
    x = tf.constant(np.random.default_rng(0).normal(0, 1, (4, 8, 8, 3)).astype(np.float32))
    with tf.GradientTape() as tape:
        y = model(x, training=True)
        loss = tf.reduce_sum(tf.square(tf.cast(y, "float32")))
    found = [y, *tape.gradient(loss, [variable.value for variable in model.trainable_variables])]
    return [np.asarray(tf.cast(each, "float32")) for each in found]


def test_keras_calls_its_layers_as_the_folding_expects() -> None:
    # After an upgrade of Keras this fails, and training is slower until folding.py is brought up
    # to date: read the new calls first.
    assert can_fold(), [inspect.signature(call) for call in PLAIN_CALLS]


def test_outputs_and_gradients_are_those_of_keras() -> None:
    model = small_model()
    assert len(folding._foldable(model)) == 3
    plain = step(model)
    with folded_batch_norm(model):
        folded = step(model)
    # Output, three kernels, and no weight of batch norm.
    assert len(plain) == len(folded) == 4
    for ours, theirs in zip(folded, plain, strict=True):
        scale = np.abs(theirs).max()
        np.testing.assert_allclose(ours / scale, theirs / scale, atol=1e-4)


def test_mixed_precision_is_left_to_keras() -> None:
    # The summand of a channel, rounded to three digits, would shift all its pixels alike.
    assert folding._foldable(small_model("mixed_bfloat16")) == {}


def test_nothing_of_batch_norm_is_left_of_a_folded_step() -> None:
    model = small_model()
    with folded_batch_norm(model):
        graph = tf.function(lambda x: model(x, training=True)).get_concrete_function(
            tf.TensorSpec((4, 8, 8, 3))
        )
    per_pixel = [op for op in graph.graph.get_operations() if op.type in ("Mul", "AddV2", "Sub")]
    assert all(op.outputs[0].shape.rank <= 1 or op.outputs[0].shape[0] != 4 for op in per_pixel)


def convolved(after, **options: object) -> keras.Model:
    x = inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, **{"use_bias": False, **options})(x)
    return keras.Model(inputs, after(x))


@pytest.mark.parametrize(
    "model",
    [
        lambda: convolved(frozen_norm(1, trainable=True)),
        lambda: convolved(frozen_norm(1), use_bias=True),
        lambda: convolved(frozen_norm(1), activation="relu"),
        lambda: convolved(lambda x: frozen_norm(1)(layers.ReLU()(x))),
        lambda: convolved(lambda x: layers.Add()([x, frozen_norm(1)(x)])),
        lambda: convolved(lambda x: [x, frozen_norm(1)(x)]),
    ],
    ids=["trained", "bias", "activation", "not next", "used twice", "output itself"],
)
def test_what_is_not_one_linear_map_is_left_to_keras(model) -> None:
    built = model()
    assert folding._foldable(built) == {}
    with folded_batch_norm(built):
        assert [kind.call for kind in KINDS] == PLAIN_CALLS


def test_another_model_is_computed_by_keras_to_the_bit() -> None:
    other, plain = small_model(), step(small_model())
    with folded_batch_norm(small_model()):
        again = step(other)
    for ours, theirs in zip(again, plain, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_keras_is_itself_again_even_after_an_error() -> None:
    with pytest.raises(KeyboardInterrupt), folded_batch_norm(small_model()):
        assert [kind.call for kind in KINDS] != PLAIN_CALLS
        raise KeyboardInterrupt
    assert [kind.call for kind in KINDS] == PLAIN_CALLS


def test_a_keras_with_other_layers_is_left_alone_with_a_debug_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def call(self, inputs, renewed=False) -> None:
        raise NotImplementedError

    monkeypatch.setattr(layers.Conv2D, "call", call)
    with caplog.at_level(logging.DEBUG, logger=folding.__name__), folded_batch_norm(small_model()):
        assert layers.Conv2D.call is call
    assert caplog.messages == ["no batch norm is folded"]


def test_a_training_from_pretrained_weights_agrees_with_one_of_plain_keras(
    fitted, small_backbone, monkeypatch
) -> None:
    entered = []
    original = folding._convolve
    monkeypatch.setattr(
        folding, "_convolve", lambda *given: entered.append(given) or original(*given)
    )
    folded = fitted(small_backbone(), FITTING)
    # Traced for training and for validation, in each of two phases.
    assert len(entered) == 4
    monkeypatch.setattr(folding, "can_fold", lambda: False)
    monkeypatch.setattr(batch_norm, "can_fuse", lambda: False)
    plain = fitted(small_backbone(), FITTING)
    assert len(entered) == 4
    columns = ["loss", "validation_loss", "stressed_loss"]
    np.testing.assert_allclose(folded.history[columns], plain.history[columns], rtol=1e-3)
    for ours, theirs in zip(folded.model.weights, plain.model.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-2, atol=1e-3, err_msg=ours.path)
