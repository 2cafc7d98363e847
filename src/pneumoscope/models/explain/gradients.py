"""Gradients under either backend: the one place that knows which of them runs."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray


def gradient(
    function: Callable[[keras.KerasTensor], keras.KerasTensor], at: ArrayLike
) -> NDArray[np.float32]:
    """Differentiate each example's output by its own input.

    Args:
        function: From (n, …) to (n,), each output a function of its own example alone.
        at: Where, shape (n, …).

    Returns:
        Of the shape of `at`, float32.

    Raises:
        ValueError: Keras runs on a backend other than TensorFlow and jax.
    """
    point = ops.convert_to_tensor(at, dtype="float32")
    backend = keras.backend.backend()
    if backend == "tensorflow":
        found = _by_tape(function, point)
    elif backend == "jax":
        found = _by_jax(function, point)
    else:
        raise ValueError(
            f"expected the backend tensorflow or jax, received '{backend}': set KERAS_BACKEND to "
            "one of these to explain a model"
        )
    return ops.convert_to_numpy(found).astype(np.float32)


def _by_tape(
    function: Callable[[keras.KerasTensor], keras.KerasTensor], point: keras.KerasTensor
) -> keras.KerasTensor:
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(point)
        total = ops.sum(function(point))
    return tape.gradient(total, point)


def _by_jax(
    function: Callable[[keras.KerasTensor], keras.KerasTensor], point: keras.KerasTensor
) -> keras.KerasTensor:
    import jax

    # At inference no layer changes its state, so the weights may stand in the trace as constants.
    return jax.grad(lambda x: ops.sum(function(x)))(point)
