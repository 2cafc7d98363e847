"""The preprocessing as an ONNX graph: films of any size in, what a model sees out.

It says again, in operations of ONNX, what `radiographs.transforms.preprocess` does with Pillow;
every export compares the two. CLAHE and the equalisation of encodings are in modules of their own.
"""

from __future__ import annotations

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
        films = _cropped(steps, films, options.border_crop)
    films = steps.cast(_resized(steps, films, options), np.float32)
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


def _cropped(steps: Steps, films: str, share: float) -> str:
    """Cut a share from each side, as `crop_border` does."""
    for axis in (_ROWS, _COLUMNS):
        side = _side(steps, films, axis)
        scaled = steps("Mul", steps.cast(side, np.float64), steps.constant([share], np.float64))
        first = steps.cast(scaled, np.int64)  # towards 0, as `int` does
        films = _slice(steps, films, axis, first, steps("Sub", side, first))
    return films


def _resized(steps: Steps, films: str, options: PreprocessingOptions) -> str:
    height, width = options.size
    if options.fit is Fit.LETTERBOX:
        return _letterboxed(steps, films, options.size)
    if options.fit is Fit.CROP:
        rows, columns = (_side(steps, films, axis) for axis in (_ROWS, _COLUMNS))
        films = _centred(steps, films, _ROWS, rows, _scaled(steps, columns, height, width))
        films = _centred(steps, films, _COLUMNS, columns, _scaled(steps, rows, width, height))
    return _stretched(steps, films, steps.constant(options.size))


def _stretched(steps: Steps, films: str, size: str) -> str:
    """Resize by a triangle filter that spans all pixels an output pixel stands for."""
    return steps(
        "Resize", films, "", "", size, axes=[_ROWS, _COLUMNS], mode="linear",
        antialias=1, exclude_outside=1, coordinate_transformation_mode="half_pixel",
    )  # fmt: skip


def _letterboxed(steps: Steps, films: str, size: tuple[int, int]) -> str:
    """Keep the whole film and pad with black."""
    sides = steps("Concat", *(_side(steps, films, a) for a in (_ROWS, _COLUMNS)), axis=0)
    lengths = steps.cast(sides, np.float64)
    wanted = steps.constant(size)
    scales = steps("Div", steps.constant(size, np.float64), lengths)
    scale = steps("ReduceMin", scales, keepdims=1)
    inner = _at_least_one(steps, steps("Mul", lengths, scale))
    room = steps("Sub", wanted, inner)
    before = steps("Div", room, steps.constant([2]))
    pads = steps("Concat", before, steps("Sub", room, before), axis=0)
    stretched = _stretched(steps, films, inner)
    black = steps.constant(0, np.uint8)
    return steps("Pad", stretched, pads, black, steps.constant([_ROWS, _COLUMNS]))


def _scaled(steps: Steps, side: str, times: int, over: int) -> str:
    """Compute max(1, round(side * times / over)) in double precision, as Python does."""
    product = steps("Mul", steps.cast(side, np.float64), steps.constant([times], np.float64))
    return _at_least_one(steps, steps("Div", product, steps.constant([over], np.float64)))


def _at_least_one(steps: Steps, lengths: str) -> str:
    # Both round halves to even.
    return steps("Max", steps.cast(steps("Round", lengths), np.int64), steps.constant([1]))


def _centred(steps: Steps, films: str, axis: int, side: str, wanted: str) -> str:
    """Keep the middle of one axis, at most `wanted` of it."""
    kept = steps("Min", side, wanted)
    first = steps("Div", steps("Sub", side, kept), steps.constant([2]))
    return _slice(steps, films, axis, first, steps("Add", first, kept))


def _slice(steps: Steps, films: str, axis: int, first: str, end: str) -> str:
    return steps("Slice", films, first, end, steps.constant([axis]))
