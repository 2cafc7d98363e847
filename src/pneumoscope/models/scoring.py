"""Scores of stored radiographs by a trained model."""

from weakref import WeakKeyDictionary

import keras
import numpy as np
from numpy.typing import NDArray

from pneumoscope.models.batches import RadiographArray
from pneumoscope.models.execution import jit_compile, silence_retracing
from pneumoscope.progress import track

_SCORERS: WeakKeyDictionary[keras.Model, keras.Model] = WeakKeyDictionary()
"""The compiled copy of each model that is still in use."""


def score(
    model: keras.Model, images: RadiographArray, batch_size: int, title: str, flips: bool = False
) -> NDArray[np.float32]:
    """Score radiographs, a batch in memory at a time.

    Args:
        model: From uint8 (n, height, width, 1) to P(pneumonia) (n, 1).
        images: The radiographs.
        batch_size: Radiographs scored at once.
        title: What the progress line calls the work.
        flips: Whether to score the mirror image too (left and right exchanged) and give the
            mean of both.

    Returns:
        P(pneumonia), float32 (n,), in [0, 1].
    """
    silence_retracing()
    scorer = _scorer_of(model)
    starts = range(0, images.shape[0], batch_size)
    batches = (
        _predict(scorer, images[np.arange(start, min(start + batch_size, images.shape[0]))], flips)
        for start in starts
    )
    return np.concatenate(list(track(batches, len(starts), title)))[:, 0].astype(np.float32)


def _scorer_of(model: keras.Model) -> keras.Model:
    """Return the compiled copy of a model; made once, as each new one is traced anew."""
    if model not in _SCORERS:
        # It shares the weights: compiling must not change the model that was given.
        scorer = keras.Model(model.inputs, model.outputs)
        scorer.compile(jit_compile=jit_compile())
        _SCORERS[model] = scorer
    return _SCORERS[model]


def _predict(scorer: keras.Model, batch: NDArray[np.uint8], flips: bool) -> NDArray[np.floating]:
    predicted: NDArray[np.floating] = scorer.predict_on_batch(batch)
    if not flips:
        return predicted
    return (predicted + scorer.predict_on_batch(np.ascontiguousarray(batch[:, :, ::-1]))) / 2
