"""Batches as Keras reads them fastest, epoch after epoch."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

# One is worked on while the next is gathered.
_BATCHES_AHEAD = 1


def stream(batches: keras.utils.PyDataset) -> Any:
    """Give `fit` and `evaluate` the same batches in the same order, without pauses.

    With TensorFlow, Keras reads a `PyDataset` through a `tf.data` pipeline that tunes itself in a
    thread of its own. That thread sleeps for longer and longer, up to a minute, and the end of an
    epoch may wait for it to wake. Nothing here is to be tuned, so that the stream goes without
    that thread. Other backends read a `PyDataset` directly.

    Args:
        batches: Of at least one batch, each a tuple of arrays whose first axis is the batch.

    Returns:
        What `fit` and `evaluate` take; every epoch asks the batches anew.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    def gathered() -> Iterator[tuple[NDArray[Any], ...]]:
        for index in range(len(batches)):
            yield batches[index]

    signature = tuple(tf.TensorSpec((None, *np.shape(part)[1:]), part.dtype) for part in batches[0])
    options = tf.data.Options()
    options.autotune.enabled = False
    return (
        tf.data.Dataset.from_generator(gathered, output_signature=signature)
        .apply(tf.data.experimental.assert_cardinality(len(batches)))
        .prefetch(_BATCHES_AHEAD)
        .with_options(options)
    )
