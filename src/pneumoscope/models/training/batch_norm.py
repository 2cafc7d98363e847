"""Batch norm of a training step in one operation of TensorFlow instead of a dozen."""

import inspect
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras.layers import BatchNormalization

logger = logging.getLogger(__name__)

_KNOWN_CALL = ("self", "inputs", "training", "mask")
_CHANNELS_LAST = (-1, 3)


def can_fuse() -> bool:
    """Tell whether the backend has the fused operation and Keras calls the layer as known here."""
    if keras.backend.backend() != "tensorflow":
        return False
    return tuple(inspect.signature(BatchNormalization.call).parameters) == _KNOWN_CALL


@contextmanager
def fused_batch_norm() -> Iterator[None]:
    """Trace training steps with TensorFlow's fused batch norm, which Keras 3 does not use.

    Keras computes moments and scaling one by one, each a pass over all activations: about half
    of a step of a small convolutional network. What is computed stays the same up to rounding:
    outputs, gradients and moving averages. The layers themselves are not changed, so that a
    saved model is plain Keras. Layers that are frozen, masked or not of images, calls at
    inference, other backends, and a Keras whose layer has changed are computed as ever.
    """
    if not can_fuse():
        logger.debug("batch norm is computed by Keras itself")
        yield
        return
    plain = BatchNormalization.call
    BatchNormalization.call = _fused_or(plain)
    try:
        yield
    finally:
        BatchNormalization.call = plain


def _fused_or(plain: Any) -> Any:
    def call(self: Any, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if training and self.trainable and mask is None and _is_fusible(self, inputs):
            return _fused(self, inputs)
        return plain(self, inputs, training=training, mask=mask)

    return call


def _is_fusible(layer: Any, inputs: Any) -> bool:
    special = layer.synchronized or layer.renorm
    return len(inputs.shape) == 4 and layer.axis in _CHANNELS_LAST and not special


def _fused(layer: Any, inputs: Any) -> Any:
    """Normalise (n, height, width, channels) by its own moments and move the averages."""
    import tensorflow as tf

    channels = inputs.shape[-1]
    normalised = tf.raw_ops.FusedBatchNormV3(
        x=inputs,
        scale=tf.ones([channels]) if layer.gamma is None else tf.convert_to_tensor(layer.gamma),
        offset=tf.zeros([channels]) if layer.beta is None else tf.convert_to_tensor(layer.beta),
        mean=tf.zeros([0]),
        variance=tf.zeros([0]),
        epsilon=layer.epsilon,
        is_training=True,
    )
    count = tf.cast(tf.size(inputs) // channels, "float32")
    # The operation gives the variance of the population that the batch is drawn from; the
    # moving average of Keras is of the batch itself.
    _move(layer.moving_mean, normalised.batch_mean, layer.momentum)
    _move(layer.moving_variance, normalised.batch_variance * (count - 1) / count, layer.momentum)
    return tf.cast(normalised.y, layer.compute_dtype)


def _move(average: keras.Variable, value: Any, momentum: float) -> None:
    average.assign(average * momentum + value * (1.0 - momentum))
