"""The preprocessing in operations of TensorFlow Lite: films of any size in, what a model sees out.

Its own resize does not antialias. So each axis is resized by matrix products, as Pillow does it:
the weights of a triangle filter that spans all pixels an output pixel stands for are computed
from the size of the film, and between the passes grey values are rounded to whole ones. As there
are whole numbers and float32 alone, the weights are divided bit by bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pneumoscope.errors import InputError
from pneumoscope.exchange.film import WEIGHT_BITS
from pneumoscope.naming import Fit
from pneumoscope.options import PreprocessingOptions

if TYPE_CHECKING:
    import tensorflow as tf

_LOW_BITS = 6
"""Weights are taken apart, so that float32 holds the sums of both parts: those of the upper bits
stay below 2**24, those of the lower 6 do so where up to 1,044 pixels make one."""

_DIGITS = (4, 4, 4, 4, 4, 3)
"""Bits that a long division gives at once: one more than a weight has, to round by. Of int32 they
leave room for remainders below 2**27, as films of up to 32,000 pixels a side to 16 have."""


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
    grey = _whole(*(tf.matmul(grey, part, transpose_b=True) for part in _weights(columns, *across)))
    each = (tf.tile(part[tf.newaxis], [count, 1, 1]) for part in _weights(rows, *down))
    grey = _whole(*(tf.matmul(part, grey) for part in each))
    return tf.reshape(grey, [-1, *options.size, 1])


def _placed(
    rows: tf.Tensor, columns: tf.Tensor, options: PreprocessingOptions
) -> tuple[tuple, tuple]:
    """Say of each axis what `_weights` needs: first, kept, before, inner and the whole length."""
    import tensorflow as tf

    height, width = options.size
    share = options.border
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
) -> tuple[tf.Tensor, tf.Tensor]:  # fmt: skip
    """Weights of each pixel of an axis for each pixel of the result, float32 (whole, length).

    Args:
        length: Pixels of the axis.
        first: The first of them that is kept.
        kept: How many are.
        before: Black pixels before what they become.
        inner: Pixels that they become.
        whole: Pixels of the result, black ones too.

    Returns:
        Their upper and their lower bits, as `film` takes them apart.
    """
    import tensorflow as tf

    index, place = tf.range(whole) - before, tf.range(length) - first
    # In units of half a pixel over `inner` every distance is whole.
    middles = ((2 * index + 1) * kept)[:, tf.newaxis]
    apart = tf.abs(middles - ((2 * place + 1) * inner)[tf.newaxis])
    height = tf.maximum(2 * tf.maximum(kept, inner) - apart, 0)
    height *= _within(place, kept)[tf.newaxis] * _within(index, inner)[:, tf.newaxis]
    total = tf.maximum(tf.reduce_sum(height, axis=1, keepdims=True), 1)
    weights = height // total
    left = height - weights * total
    for bits in _DIGITS:
        left *= 1 << bits
        digit = left // total
        weights = weights * (1 << bits) + digit
        left -= digit * total
    weights = (weights + 1) // 2
    upper = weights // (1 << _LOW_BITS)
    lower = weights - upper * (1 << _LOW_BITS)
    return tf.cast(upper, tf.float32), tf.cast(lower, tf.float32)


def _within(place: tf.Tensor, end: tf.Tensor) -> tf.Tensor:
    import tensorflow as tf

    return tf.cast(tf.logical_and(place >= 0, place < end), tf.int32)


def _whole(upper: tf.Tensor, lower: tf.Tensor) -> tf.Tensor:
    """Add the sums of both parts of the weights, and round to whole grey values, halves up."""
    import tensorflow as tf

    unit = float(1 << (WEIGHT_BITS - _LOW_BITS))
    carried = tf.floor(lower / (1 << _LOW_BITS))
    return tf.minimum(tf.floor((upper + carried + unit / 2) / unit), 255.0)
