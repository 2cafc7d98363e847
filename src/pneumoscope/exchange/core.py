"""Trained models as ONNX graphs, from preprocessed radiographs to the score."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from pneumoscope.errors import InputError
from pneumoscope.exchange.graph import (
    FEATURES,
    MAP,
    OPSET,
    RADIOGRAPH,
    SCORE,
    as_model,
    renamed,
    tensor,
)
from pneumoscope.exchange.planes import scaled_in_planes
from pneumoscope.extras import needs_extra

if TYPE_CHECKING:
    import keras
    import onnx


def core_graph(model: keras.Model) -> onnx.ModelProto:
    """Convert one model.

    Args:
        model: From float32 (n, height, width, 1) to P(pneumonia) (n, 1).

    Returns:
        A graph from `radiograph`, float32 (n, height, width, 1) with grey values in [0, 255], to
        `score`, float32 (n, 1), `features`, what the last layer takes, float32 (n, features),
        and, where the score is read off pooled feature maps, `class_activation_map`, float32
        (n, h, w).

    Raises:
        InputError: Keras does not run on TensorFlow, or the model does not compute in float32.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        raise InputError(
            "Keras on TensorFlow, which alone can hand a model over to the converter",
            f"Keras on {keras.backend.backend()}",
            "Leave KERAS_BACKEND unset for the export: the model may come from any backend.",
        )
    with needs_extra("export"), _quiet():
        return _convert(model)


def _convert(model: keras.Model) -> onnx.ModelProto:
    import tensorflow as tf
    from keras.src.export.tf2onnx_lib import patch_tf2onnx

    from pneumoscope.models.portable import portable

    found = portable(model)

    given = (SCORE, FEATURES, MAP)[: 2 + found.maps]

    def compute(radiograph: tf.Tensor) -> dict[str, tf.Tensor]:
        return dict(zip(given, found.compute(radiograph), strict=True))

    import tf2onnx

    # tf2onnx speaks of NumPy 1; Keras's own export mends it so.
    patch_tf2onnx()
    shape = model.inputs[0].shape
    function = tf.function(compute, autograph=False)
    signature = [tf.TensorSpec(shape, tf.float32, name=RADIOGRAPH)]
    shapes = function.get_concrete_function(*signature).structured_outputs
    graph = tf2onnx.convert.from_function(function, signature, opset=OPSET)[0].graph
    scaled_in_planes(graph)
    # Names and order hang on what was converted before; equal models shall give equal bytes.
    nodes, weights = renamed(graph, "core_", {name: name for name in (RADIOGRAPH, *given)})
    outputs = [tensor(name, np.float32, ["n", *shapes[name].shape[1:]]) for name in given]
    return as_model(nodes, weights, [tensor(RADIOGRAPH, np.float32, ["n", *shape[1:]])], outputs)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what the converter says of its own work; parity tells whether it did it."""
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
