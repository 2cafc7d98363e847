"""Frozen batch norm of a training step folded into the convolutions before it."""

import inspect
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
from keras.layers import BatchNormalization, Conv2D, DepthwiseConv2D

logger = logging.getLogger(__name__)

_KNOWN_CALLS = {
    Conv2D: ("self", "inputs"),
    DepthwiseConv2D: ("self", "inputs"),
    BatchNormalization: ("self", "inputs", "training", "mask"),
}

Folded = Mapping[int, BatchNormalization]
"""Batch norm by the id of the convolution that it is folded into."""


def can_fold() -> bool:
    """Tell whether Keras runs on TensorFlow and calls its layers as known here."""
    if keras.backend.backend() != "tensorflow":
        return False
    calls = {kind: tuple(inspect.signature(kind.call).parameters) for kind in _KNOWN_CALLS}
    return calls == _KNOWN_CALLS


@contextmanager
def folded_batch_norm(model: keras.Model) -> Iterator[None]:
    """Trace steps in which frozen batch norm scales the kernels before it, not the activations.

    What is frozen is one factor and one summand a channel, and a convolution is linear: scaled
    kernels give the same outputs and gradients up to rounding, without two passes over all
    activations, and TensorFlow then joins convolution, summand and ReLU. Layers and weights are
    not changed, so that a saved model is plain Keras. Batch norm that is trained, or that follows
    no convolution of its own, is computed as ever, and so is all of it in bfloat16, with another
    backend or with a Keras whose layers have changed.

    Args:
        model: What is about to be trained or validated, with `trainable` set as it will be.
    """
    folded = _foldable(model) if can_fold() else {}
    if not folded:
        logger.debug("no batch norm is folded")
        yield
        return
    calls = {kind: kind.call for kind in _KNOWN_CALLS}
    for kind in (Conv2D, DepthwiseConv2D):
        kind.call = _convolve_or(calls[kind], folded)
    BatchNormalization.call = _pass_on_or(calls[BatchNormalization], folded)
    try:
        yield
    finally:
        for kind, call in calls.items():
            kind.call = call


def _foldable(model: keras.Model) -> dict[int, BatchNormalization]:
    found: dict[int, BatchNormalization] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found.update(_foldable(layer))
        elif type(layer) is BatchNormalization and not layer.trainable:
            source = _only_source(layer)
            if _is_plain_convolution(source) and not _is_output(source, model):
                found[id(source)] = layer
    return found


def _only_source(layer: keras.layers.Layer) -> Any:
    """Return the layer whose output goes into this one and nowhere else, or None."""
    if len(layer._inbound_nodes) != 1:
        return None
    source = layer._inbound_nodes[0].parent_nodes[0].operation
    once = len(source._inbound_nodes) == 1 and len(source._outbound_nodes) == 1
    return source if once else None


def _is_plain_convolution(layer: Any) -> bool:
    if type(layer) not in (Conv2D, DepthwiseConv2D) or layer.use_bias:
        return False
    # In bfloat16 the summand would be rounded to three digits, the same way for all pixels.
    if layer.compute_dtype != "float32":
        return False
    linear = layer.activation is None or layer.activation is keras.activations.linear
    # A depthwise convolution has no groups to speak of.
    ungrouped = getattr(layer, "groups", 1) == 1
    return linear and ungrouped and layer.data_format == "channels_last"


def _is_output(layer: keras.layers.Layer, model: keras.Model) -> bool:
    return any(layer.output is output for output in model.outputs)


def _convolve_or(plain: Any, folded: Folded) -> Any:
    def call(self: Any, inputs: Any) -> Any:
        norm = folded.get(id(self))
        return plain(self, inputs) if norm is None else _convolve(self, norm, inputs)

    return call


def _pass_on_or(plain: Any, folded: Folded) -> Any:
    passed_on = {id(norm) for norm in folded.values()}

    def call(self: Any, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if id(self) in passed_on:
            return inputs
        return plain(self, inputs, training=training, mask=mask)

    return call


def _convolve(layer: Any, norm: BatchNormalization, inputs: Any) -> Any:
    """Convolve (n, height, width, channels) with kernels scaled as batch norm would scale."""
    import tensorflow as tf

    factor = tf.math.rsqrt(norm.moving_variance + norm.epsilon)
    if norm.gamma is not None:
        factor *= norm.gamma
    summand = -norm.moving_mean * factor
    if norm.beta is not None:
        summand += norm.beta
    kernel = tf.convert_to_tensor(layer.kernel)
    if isinstance(layer, DepthwiseConv2D):
        kernel *= tf.reshape(factor, kernel.shape[2:])
        convolved = keras.ops.depthwise_conv(
            inputs, kernel, layer.strides, layer.padding, layer.data_format, layer.dilation_rate
        )
    else:
        convolved = layer.convolution_op(inputs, kernel * factor)
    # Not Keras's own sum: TensorFlow joins only this one with the convolution and ReLU.
    return tf.nn.bias_add(convolved, summand)
