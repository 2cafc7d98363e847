"""Scores of stored radiographs by a trained model."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

import keras
import numpy as np
from numpy.typing import NDArray

from pneumoscope.errors import InputError
from pneumoscope.models.architectures.interface import check_films
from pneumoscope.models.backend import pin_settings
from pneumoscope.models.training.batches import RadiographArray
from pneumoscope.models.training.execution import jit_compile
from pneumoscope.progress import track

_Scorer = Callable[[NDArray[np.uint8]], NDArray[np.floating]]

_SCORERS: WeakKeyDictionary[keras.Model, _Scorer] = WeakKeyDictionary()
"""What scores a batch, of each model that is still in use."""


def score(
    model: keras.Model, images: RadiographArray, batch_size: int, title: str
) -> NDArray[np.float32]:
    """Score radiographs, a batch in memory at a time.

    Args:
        model: From uint8 (n, height, width, 1) to P(pneumonia) (n, 1).
        images: The radiographs.
        batch_size: Radiographs scored at once.
        title: What the progress line calls the work.

    Returns:
        P(pneumonia), float32 (n,), in [0, 1].

    Raises:
        InputError: The films have another size than the model takes, or a score lies outside
            [0, 1].
    """
    check_films(model, images.shape)
    scorer = _scorer_of(model)
    starts = range(0, images.shape[0], batch_size)
    batches = (
        scorer(images[np.arange(start, min(start + batch_size, images.shape[0]))])
        for start in starts
    )
    scores = np.concatenate(list(track(batches, len(starts), title)))[:, 0].astype(np.float32)
    outside = scores[~((scores >= 0) & (scores <= 1))]
    if outside.size:
        raise InputError(
            f"scores in [0, 1] from {model.name}",
            f"{outside.size:,} of {scores.size:,} outside, such as {outside[0]:g}",
            "Give a model that ends in a sigmoid, or train one: kedro run --pipelines=training",
        )
    return scores


def _scorer_of(model: keras.Model) -> _Scorer:
    if model not in _SCORERS:
        _SCORERS[model] = _make_scorer(model)
    return _SCORERS[model]


def _make_scorer(model: keras.Model) -> _Scorer:
    """Make what scores a batch; TensorFlow traces it once, for batches of any size."""
    pin_settings()
    # It shares the weights, but compiling it leaves the given model as it was, and keeping it
    # does not keep that one.
    copy = keras.Model(model.inputs, model.outputs)
    if keras.backend.backend() != "tensorflow":
        copy.compile(jit_compile=jit_compile())
        score_batch: _Scorer = copy.predict_on_batch
        return score_batch
    import tensorflow as tf

    # Keras itself would trace anew for the last batch, which is smaller.
    signature = [tf.TensorSpec(entry.shape, entry.dtype) for entry in model.inputs]
    traced = tf.function(lambda batch: copy(batch, training=False), signature, autograph=False)
    return lambda batch: traced(batch).numpy()
