"""Scores of stored radiographs by a trained model."""

from collections.abc import Callable, Iterator
from typing import Any
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

_Scorer = Callable[[NDArray[np.uint8]], tuple[Any, Any]]

_SCORERS: WeakKeyDictionary[keras.Model, _Scorer] = WeakKeyDictionary()
"""What scores and describes a batch, of each model that is still in use."""


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
    batches = (scorer(films)[0] for films in _batches(images, batch_size))
    return _checked(model, np.concatenate(list(track(batches, len(starts), title))))


def score_and_describe(
    model: keras.Model, images: RadiographArray, batch_size: int, title: str
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]]:
    """Score radiographs and give what the score is made of, a batch in memory at a time.

    Args:
        model: As for `score`; its last layer gives the score.
        images: The radiographs.
        batch_size: Radiographs scored at once.
        title: What the progress line calls the work.

    Yields:
        Of each batch the radiographs, uint8 (n, height, width, 1), their scores as `score` gives
        them, float32 (n,), and what the last layer takes, float32 (n, features): of a backbone
        its feature maps, averaged over places.

    Raises:
        InputError: As for `score`.
    """
    check_films(model, images.shape)
    scorer = _scorer_of(model)
    batches = _batches(images, batch_size)
    count = len(range(0, images.shape[0], batch_size))
    for films, (scores, features) in track(((f, scorer(f)) for f in batches), count, title):
        yield films, _checked(model, scores), np.asarray(features, dtype=np.float32)


def describe_batch(
    model: keras.Model, films: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Score a few radiographs at once, and give what the scores are made of.

    Args:
        model: As for `score_and_describe`.
        films: uint8 (n, height, width, 1).

    Returns:
        Scores and features, as `score_and_describe` yields them.

    Raises:
        InputError: As for `score`.
    """
    check_films(model, films.shape)
    scores, features = _scorer_of(model)(films)
    return _checked(model, scores), np.asarray(features, dtype=np.float32)


def _batches(images: RadiographArray, batch_size: int) -> Iterator[NDArray[np.uint8]]:
    for start in range(0, images.shape[0], batch_size):
        yield images[np.arange(start, min(start + batch_size, images.shape[0]))]


def _checked(model: keras.Model, given: NDArray[np.floating]) -> NDArray[np.float32]:
    scores = np.asarray(given[:, 0], dtype=np.float32)
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
    """Make what scores and describes a batch; TensorFlow traces it once, for batches of any size.

    A second trace without the features, which cost nothing, would take seconds of a backbone.
    """
    pin_settings()
    # It shares the weights, but compiling it leaves the given model as it was, and keeping it
    # does not keep that one.
    copy = keras.Model(model.inputs, [model.outputs[0], model.layers[-1].input])
    if keras.backend.backend() != "tensorflow":
        copy.compile(jit_compile=jit_compile())
        score_batch: _Scorer = copy.predict_on_batch
        return score_batch
    import tensorflow as tf

    # Keras itself would trace anew for the last batch, which is smaller.
    signature = [tf.TensorSpec(entry.shape, entry.dtype) for entry in model.inputs]
    traced = tf.function(lambda batch: copy(batch, training=False), signature, autograph=False)
    return lambda batch: tf.nest.map_structure(lambda found: found.numpy(), traced(batch))
