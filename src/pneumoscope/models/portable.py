"""A model as a plain function that other runtimes can be given, with a map beside its score."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from pneumoscope.errors import InputError
from pneumoscope.models.explain.feature_maps import cut_at_last_maps


@dataclass(frozen=True)
class Portable:
    """A model ready to be converted.

    Attributes:
        compute: From float32 (n, height, width, 1) to the score (n, 1), what the last layer takes
            (n, features) and, where the head is pooled, the class activation map (n, h, w).
        maps: Whether it gives a class activation map.
    """

    compute: Callable[[keras.KerasTensor], tuple[keras.KerasTensor, ...]]
    maps: bool


class SeparableResize(layers.Layer):
    """Resize grey images by two fixed matrices, which every runtime can multiply by.

    Keras resizes by an operation that no converter knows, and that is dropped without a word.

    Args:
        resizing: The layer whose matrices are read off; it is linear in rows and columns.
    """

    def __init__(self, resizing: layers.Resizing) -> None:
        """Read the two matrices off the layer."""
        super().__init__(name=resizing.name, dtype="float32", trainable=False)
        height, width = resizing.input.shape[1:3]
        self._rows = _matrix(resizing, height, resizing.height)
        self._columns = _matrix(resizing, width, resizing.width)

    def call(self, images: keras.KerasTensor) -> keras.KerasTensor:
        """Resize (n, height, width, 1)."""
        resized = ops.matmul(ops.matmul(self._rows, images[..., 0]), self._columns.T)
        return resized[..., None]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Give (n, height, width, 1) of the result."""
        return (input_shape[0], len(self._rows), len(self._columns), input_shape[3])


def portable(model: keras.Model) -> Portable:
    """Rebuild a model of operations that other runtimes know, with equal weights.

    Raises:
        InputError: It was trained in another precision than float32, whose rounding no other
            runtime repeats.
    """
    _check_precision(model)
    copy = keras.models.clone_model(model, clone_function=_portable_layer)
    copy.set_weights(model.get_weights())
    cut = cut_at_last_maps(copy)
    head = copy.layers[-1]
    described = keras.Model(copy.inputs, [copy.outputs[0], head.input])
    if cut is None or not cut.pooled:
        return Portable(lambda images: tuple(described(images, training=False)), maps=False)

    def compute(images: keras.KerasTensor) -> tuple[keras.KerasTensor, ...]:
        maps = class_activation_map(cut.below(images), head.kernel[:, 0])
        return *described(images, training=False), maps

    return Portable(compute, maps=True)


def class_activation_map(maps: keras.KerasTensor, weights: keras.KerasTensor) -> keras.KerasTensor:
    """Weigh feature maps by the weights that read their means; no gradient is needed.

    Args:
        maps: (n, h, w, channels).
        weights: (channels,), of the logit.

    Returns:
        (n, h, w): above 0 what speaks for PNEUMONIA, below 0 what speaks for NORMAL. What is
        above 0 is Grad-CAM's map.

    Source: Zhou et al. 2016, Learning Deep Features for Discriminative Localization; equal to
        Grad-CAM up to the sign (Selvaraju et al. 2017, section 3.1).
    """
    _, height, width, _ = maps.shape
    return ops.sum(maps * weights, axis=-1) / (height * width)


def _check_precision(model: keras.Model) -> None:
    policies = {layer.dtype_policy.compute_dtype for layer in _all_layers(model)}
    others = sorted(policies - {"float32"})
    if others:
        raise InputError(
            "a model that computes in float32",
            f"one that computes in {', '.join(others)}, whose rounding no other runtime repeats",
            "Train it in float32: --params <model>.fitting.precision=float32",
        )


def _all_layers(model: keras.Model) -> Iterator[layers.Layer]:
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _all_layers(layer)


def _portable_layer(layer: layers.Layer) -> layers.Layer:
    if isinstance(layer, layers.Resizing):
        return SeparableResize(layer)
    return layer.__class__.from_config(layer.get_config())


def _matrix(resizing: layers.Resizing, side: int, wanted: int) -> NDArray[np.float32]:
    """Read off what the layer does along one axis: (wanted, side)."""
    along = layers.Resizing.from_config(
        {**resizing.get_config(), "height": wanted, "width": 1, "name": None}
    )
    impulses = np.eye(side, dtype=np.float32)[..., None, None]
    return ops.convert_to_numpy(along(impulses))[:, :, 0, 0].T
