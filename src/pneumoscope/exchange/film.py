"""The preprocessing as an ONNX graph: films of any size in, what a model sees out.

It says again, in operations of ONNX, what `radiographs.transforms.preprocess` does with Pillow;
every export compares the two. CLAHE and the equalisation of encodings are in modules of their own.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from pneumoscope.exchange.clahe import equalised_contrast
from pneumoscope.exchange.encoding import equalised_encoding
from pneumoscope.exchange.graph import FILMS, PREPARED, Steps, as_model, tensor
from pneumoscope.naming import Fit
from pneumoscope.options import PreprocessingOptions

if TYPE_CHECKING:
    import onnx

_ROWS, _COLUMNS = 2, 3
"""Axes of a film in (n, 1, height, width)."""

WEIGHT_BITS = 22
"""Pillow holds the weights of a resize in whole numbers of 2**-22 (its `Resample.c`). Of these and
grey values float64 holds every sum as it is, in whatever order it was added up."""

_BLOCK = 4
"""Pixels of a result that are computed together, from the pixels that they stand for: with more of
them more weights are 0, and products so large are shared out among cores that wait for each other
longer than they work."""


def film_graph(options: PreprocessingOptions) -> onnx.ModelProto:
    """Build the graph of a preprocessing.

    Args:
        options: What is done to every film.

    Returns:
        A graph from `films`, uint8 (n, height, width) of any size, to `prepared`, float32
        (n, *options.size, 1): whole grey values in [0, 255].
    """
    steps = Steps()
    films = steps("Unsqueeze", FILMS, steps.constant([1]))
    if options.border_crop:
        films = _cropped(steps, films, options.border)
    films = _resized(steps, films, options)
    if options.clahe is not None:
        films = equalised_contrast(steps, films, options.size, options.clahe)
    if options.equalise_quality is not None:
        films = equalised_encoding(steps, films, options.size, options.equalise_quality)
    steps("Reshape", films, steps.constant([-1, *options.size, 1]), name=PREPARED)
    return as_model(
        steps.nodes,
        steps.constants,
        [tensor(FILMS, np.uint8, ["n", "height", "width"])],
        [tensor(PREPARED, np.float32, ["n", *options.size, 1])],
    )


def _side(steps: Steps, films: str, axis: int) -> str:
    """Length of one axis, int64 (1,)."""
    return steps("Shape", films, start=axis, end=axis + 1)


def _cropped(steps: Steps, films: str, share: Fraction) -> str:
    """Cut a share from each side, as `crop_border` does."""
    for axis in (_ROWS, _COLUMNS):
        side = _side(steps, films, axis)
        first = _times(steps, side, share.numerator)
        first = steps("Div", first, steps.constant([share.denominator]))
        films = _slice(steps, films, axis, first, steps("Sub", side, first))
    return films


def _resized(steps: Steps, films: str, options: PreprocessingOptions) -> str:
    """Bring films to their size: uint8 (n, 1, height, width) to float32 (n, 1, *size)."""
    height, width = options.size
    rows, columns = (_side(steps, films, axis) for axis in (_ROWS, _COLUMNS))
    wanted = (steps.constant([height]), steps.constant([width]))
    if options.fit is Fit.LETTERBOX:
        return _letterboxed(steps, films, (rows, columns), wanted)
    if options.fit is Fit.CROP:
        films = _centred(steps, films, _ROWS, rows, _scaled(steps, columns, *wanted))
        films = _centred(steps, films, _COLUMNS, columns, _scaled(steps, rows, *wanted[::-1]))
    return _stretched(steps, films, wanted)


def _letterboxed(steps: Steps, films: str, sides: tuple[str, str], wanted: tuple[str, str]) -> str:
    """Keep the whole film and pad with black."""
    (rows, columns), (height, width) = sides, wanted
    inner = (
        steps("Min", height, _scaled(steps, rows, width, columns)),
        steps("Min", width, _scaled(steps, columns, height, rows)),
    )
    room = [steps("Sub", whole, one) for whole, one in zip(wanted, inner, strict=True)]
    before = [steps("Div", one, steps.constant([2])) for one in room]
    after = [steps("Sub", one, first) for one, first in zip(room, before, strict=True)]
    pads = steps("Concat", *before, *after, axis=0)
    stretched = _stretched(steps, films, inner)
    black = steps.constant(0, np.float32)
    return steps("Pad", stretched, pads, black, steps.constant([_ROWS, _COLUMNS]))


def _stretched(steps: Steps, films: str, size: tuple[str, str]) -> str:
    """Resize as `radiographs.transforms.resize` does, bit for bit: along the rows, then across.

    Args:
        steps: Where the operations are added.
        films: uint8 (n, 1, height, width).
        size: Height and width that are wanted, int64 (1,) each.

    Returns:
        float32 (n, 1, *size).
    """
    rows, columns = (_side(steps, films, axis) for axis in (_ROWS, _COLUMNS))
    turned = steps("Transpose", films, perm=[0, 1, 3, 2])
    narrow = _resampled(steps, turned, columns, size[1])
    turned = steps("Transpose", narrow, perm=[0, 1, 3, 2])
    return steps.cast(_resampled(steps, turned, rows, size[0]), np.float32)


def _resampled(steps: Steps, films: str, length: str, wanted: str) -> str:
    """Resize one axis by a triangle filter that spans all pixels an output pixel stands for.

    In units of half a pixel over `wanted` every distance is whole.

    Args:
        steps: Where the operations are added.
        films: uint8 (n, 1, length, others).
        length: Pixels of the axis, int64 (1,).
        wanted: Pixels that they become, int64 (1,).

    Returns:
        uint8 (n, 1, wanted, others).
    """
    unit = _times(steps, wanted, 2)
    reach = _times(steps, steps("Max", length, wanted), 2)
    of_block = steps("Add", _times(steps, length, 2 * (_BLOCK - 1)), _times(steps, reach, 2))
    span = steps("Add", steps("Div", of_block, unit), steps.constant([2]))
    span = steps("Min", length, span)
    more = steps("Sub", steps("Add", wanted, steps.constant([_BLOCK])), steps.constant([1]))
    blocks = steps("Div", more, steps.constant([_BLOCK]))

    index = _times(steps, _counted(steps, blocks, [-1, 1, 1]), _BLOCK)
    first = steps("Sub", _times(steps, _centre(steps, index), length), reach)
    first = steps("Div", steps("Max", first, steps.constant([0])), unit)
    first = steps("Min", first, steps("Sub", length, span))
    pixels = steps("Add", first, _counted(steps, span, [1, 1, -1]))
    outputs = steps("Add", index, steps.constant(np.arange(_BLOCK).reshape(1, -1, 1)))
    apart = steps(
        "Sub",
        _times(steps, _centre(steps, outputs), length),
        _times(steps, _centre(steps, pixels), wanted),
    )
    weights = _weights(steps, steps.cast(reach, np.float64), steps.cast(apart, np.float64))

    pixels = steps("Squeeze", pixels, steps.constant([1]))
    windows = steps("Gather", steps("Squeeze", films, steps.constant([1])), pixels, axis=1)
    grey = steps("MatMul", weights, steps.cast(windows, np.float64))
    # The conversion cuts off what is behind the point; rounded weights add up to 1 so nearly that
    # white stays below 255.7, even where 4,000 pixels make one.
    grey = steps.cast(steps("Add", grey, steps.constant(0.5, np.float64)), np.uint8)
    shape = steps("Concat", steps.constant([0, 1, -1]), _side(steps, films, _COLUMNS), axis=0)
    grey = steps("Reshape", grey, shape)
    return _slice(steps, grey, _ROWS, steps.constant([0]), wanted)


def _counted(steps: Steps, length: str, shape: list[int]) -> str:
    """Count 0, 1, 2, … up to a length, in a shape."""
    end = steps("Squeeze", length, steps.constant([0]))
    index = steps("Range", steps.constant(0), end, steps.constant(1))
    return steps("Reshape", index, steps.constant(shape))


def _centre(steps: Steps, index: str) -> str:
    """Twice the places of the centres of pixels."""
    return steps("Add", _times(steps, index, 2), steps.constant([1]))


def _weights(steps: Steps, reach: str, apart: str) -> str:
    """Give what pixels weigh at these distances, rounded as Pillow does, float64."""
    height = steps("Max", steps("Sub", reach, steps("Abs", apart)), steps.constant(0, np.float64))
    total = steps("ReduceSum", height, steps.constant([-1]), keepdims=1)
    # Nothing reaches the places behind the last output pixel, which are cut off.
    total = steps("Max", total, steps.constant(1, np.float64))
    unit = steps.constant(2**WEIGHT_BITS, np.float64)
    share = steps("Div", steps("Mul", height, unit), total)
    rounded = steps("Floor", steps("Add", share, steps.constant(0.5, np.float64)))
    return steps("Div", rounded, unit)


def _scaled(steps: Steps, side: str, times: str, over: str) -> str:
    """Compute max(1, round(side * times / over)) in whole numbers, as the preprocessing does."""
    dividend = steps("Add", _times(steps, steps("Mul", side, times), 2), over)
    return steps("Max", steps("Div", dividend, _times(steps, over, 2)), steps.constant([1]))


def _times(steps: Steps, value: str, factor: str | int) -> str:
    return steps("Mul", value, factor if isinstance(factor, str) else steps.constant([factor]))


def _centred(steps: Steps, films: str, axis: int, side: str, wanted: str) -> str:
    """Keep the middle of one axis, at most `wanted` of it."""
    kept = steps("Min", side, wanted)
    first = steps("Div", steps("Sub", side, kept), steps.constant([2]))
    return _slice(steps, films, axis, first, steps("Add", first, kept))


def _slice(steps: Steps, films: str, axis: int, first: str, end: str) -> str:
    return steps("Slice", films, first, end, steps.constant([axis]))
