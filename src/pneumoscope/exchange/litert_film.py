"""The preprocessing in operations of TensorFlow Lite: films of any size in, what a model sees out.

Its own resize does not antialias. So each axis is resized by a matrix product, as Pillow does it:
the weights of a triangle filter that spans all pixels an output pixel stands for are computed
from the size of the film, and between the passes grey values are rounded to whole ones.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from pneumoscope.errors import InputError
from pneumoscope.naming import Fit
from pneumoscope.options import PreprocessingOptions

if TYPE_CHECKING:
    import tensorflow as tf

_FINEST = 10_000
"""Denominator of the share that is cropped; TensorFlow Lite has whole numbers and float32 alone."""


def check_can_prepare(options: PreprocessingOptions) -> None:
    """Refuse what has no counterpart in TensorFlow Lite.

    Raises:
        InputError: CLAHE or the equalisation of encodings is switched on.
    """
    steps = {
        "preprocessing.clahe": options.clahe,
        "preprocessing.equalise_quality": options.equalise_quality,
    }
    used = [name for name, value in steps.items() if value is not None]
    if used:
        raise InputError(
            "a preprocessing of border crop and resize, which LiteRT can do inside",
            f"{' and '.join(used)} as well, which no operation of it does",
            "Export it for onnxruntime: --format onnx",
        )


def prepared(films: tf.Tensor, options: PreprocessingOptions) -> tf.Tensor:
    """Bring films to the shape that a model sees, as `radiographs.transforms.preprocess` does.

    Args:
        films: uint8 (n, height, width), of any one size.
        options: Without CLAHE and the equalisation of encodings.

    Returns:
        float32 (n, *options.size, 1): whole grey values in [0, 255].
    """
    import tensorflow as tf

    count, rows, columns = tf.unstack(tf.shape(films))
    down, across = _placed(rows, columns, options)
    grey = tf.cast(films, tf.float32)
    narrow = _whole(tf.matmul(grey, _weights(columns, *across), transpose_b=True))
    each = tf.tile(_weights(rows, *down)[tf.newaxis], [count, 1, 1])
    image = tf.reshape(_whole(tf.matmul(each, narrow)), [-1, *options.size, 1])
    return tf.clip_by_value(image, 0.0, 255.0)


def _placed(
    rows: tf.Tensor, columns: tf.Tensor, options: PreprocessingOptions
) -> tuple[tuple, tuple]:
    """Say of each axis what `_weights` needs: first, kept, before, inner and the whole length."""
    import tensorflow as tf

    height, width = options.size
    share = Fraction(options.border_crop).limit_denominator(_FINEST)
    top, left = (side * share.numerator // share.denominator for side in (rows, columns))
    kept_rows, kept_columns = rows - 2 * top, columns - 2 * left
    before, inner = (0, 0), (tf.constant(height), tf.constant(width))
    if options.fit is Fit.CROP:
        high = tf.minimum(kept_rows, _scaled(kept_columns, height, width))
        wide = tf.minimum(kept_columns, _scaled(kept_rows, width, height))
        top, left = top + (kept_rows - high) // 2, left + (kept_columns - wide) // 2
        kept_rows, kept_columns = high, wide
    if options.fit is Fit.LETTERBOX:
        # By the side that is the tighter of both; the other one is scaled alike.
        inner = (
            tf.minimum(height, _scaled(kept_rows, width, kept_columns)),
            tf.minimum(width, _scaled(kept_columns, height, kept_rows)),
        )
        before = ((height - inner[0]) // 2, (width - inner[1]) // 2)
    return (
        (top, kept_rows, before[0], inner[0], height),
        (left, kept_columns, before[1], inner[1], width),
    )


def _scaled(side: tf.Tensor, times: int | tf.Tensor, over: int | tf.Tensor) -> tf.Tensor:
    """Compute max(1, round(side * times / over)) in whole numbers."""
    import tensorflow as tf

    return tf.maximum(1, (2 * side * times + over) // (2 * over))


def _weights(
    length: tf.Tensor, first: tf.Tensor, kept: tf.Tensor, before: tf.Tensor, inner: tf.Tensor,
    whole: int,
) -> tf.Tensor:  # fmt: skip
    """Weights of each pixel of an axis for each pixel of the result, float32 (whole, length).

    Args:
        length: Pixels of the axis.
        first: The first of them that is kept.
        kept: How many are.
        before: Black pixels before what they become.
        inner: Pixels that they become.
        whole: Pixels of the result, black ones too.
    """
    import tensorflow as tf

    scale = tf.cast(kept, tf.float32) / tf.cast(inner, tf.float32)
    support = tf.maximum(scale, 1.0)
    index = tf.range(whole) - before
    centre = (tf.cast(index, tf.float32) + 0.5) * scale
    place = tf.range(length) - first
    away = tf.abs(tf.cast(place, tf.float32)[tf.newaxis] + 0.5 - centre[:, tf.newaxis]) / support
    inside = _within(place, kept)[tf.newaxis] * _within(index, inner)[:, tf.newaxis]
    weights = tf.maximum(1.0 - away, 0.0) * inside
    return weights / tf.maximum(tf.reduce_sum(weights, axis=1, keepdims=True), 1e-6)


def _within(place: tf.Tensor, end: tf.Tensor) -> tf.Tensor:
    import tensorflow as tf

    return tf.cast(tf.logical_and(place >= 0, place < end), tf.float32)


def _whole(grey: tf.Tensor) -> tf.Tensor:
    import tensorflow as tf

    return tf.floor(grey + 0.5)
