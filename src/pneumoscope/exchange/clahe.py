"""Contrast-limited adaptive histogram equalisation in operations of ONNX.

As OpenCV computes it (modules/imgproc/src/clahe.cpp), step by step, for films of one known size.
"""

import numpy as np
from numpy.typing import NDArray

from pneumoscope.exchange.graph import Steps
from pneumoscope.options import ClaheOptions

_LEVELS = 256


def equalised_contrast(
    steps: Steps, films: str, size: tuple[int, int], options: ClaheOptions
) -> str:
    """Equalise contrast tile by tile, and blend the four tiles about each pixel.

    Args:
        steps: Where the operations are added.
        films: Whole grey values, float32 (n, 1, *size).
        size: Height and width.
        options: Tiles a side, and how far a grey value may stand out.

    Returns:
        Of the same shape, whole grey values.
    """
    tiles = options.tiles
    rows, columns = (_tile_side(side, tiles, size) for side in size)
    values = steps.cast(steps("Reshape", films, steps.constant([-1, *size])), np.int64)
    counts = _histograms(steps, values, size, (rows, columns), tiles)
    # OpenCV takes the limit as a whole number of pixels.
    limit = max(int(options.clip_limit * rows * columns / _LEVELS), 1)
    counts = _redistributed(steps, counts, limit)
    scale = np.float32(_LEVELS - 1) / np.float32(rows * columns)
    sums = steps("CumSum", counts, steps.constant(2))
    tables = steps("Round", steps("Mul", sums, steps.constant(scale, np.float32)))
    tables = steps("Clip", tables, steps.constant(0, np.float32), steps.constant(255, np.float32))
    tables = steps("Reshape", tables, steps.constant([-1, tiles * tiles * _LEVELS]))
    return _blended(steps, values, tables, size, (rows, columns), tiles)


def _tile_side(side: int, tiles: int, size: tuple[int, int]) -> int:
    # Where either side does not divide, OpenCV extends both, by a whole tile count at worst.
    if all(one % tiles == 0 for one in size):
        return side // tiles
    return (side + tiles - side % tiles) // tiles


def _histograms(
    steps: Steps, values: str, size: tuple[int, int], tile: tuple[int, int], tiles: int
) -> str:
    """Count the grey values of each tile: float32 (n, tiles², 256)."""
    for axis, (side, one) in enumerate(zip(size, tile, strict=True), start=1):
        if one * tiles != side:
            mirrored = np.pad(np.arange(side), (0, one * tiles - side), mode="reflect")
            values = steps("Gather", values, steps.constant(mirrored), axis=axis)
    split = steps("Reshape", values, steps.constant([-1, tiles, tile[0], tiles, tile[1]]))
    of_tile = steps("Transpose", split, perm=[0, 1, 3, 2, 4])
    shape = steps.constant([-1, tiles * tiles, tile[0] * tile[1]])
    of_tile = steps("Reshape", of_tile, shape)
    films = steps("Shape", of_tile, start=0, end=1)
    empty = steps("Concat", films, steps.constant([tiles * tiles, _LEVELS]), axis=0)
    zeros = steps("Expand", steps.constant(0, np.float32), empty)
    ones = steps("Expand", steps.constant(1, np.float32), steps("Shape", of_tile))
    return steps("ScatterElements", zeros, of_tile, ones, axis=2, reduction="add")


def _redistributed(steps: Steps, counts: str, limit: int) -> str:
    """Cut counts at the limit and share out what was cut, as evenly as whole numbers allow."""

    def number(value: float) -> str:
        return steps.constant(value, np.float32)

    clipped = steps("Min", counts, number(limit))
    excess = steps("ReduceSum", steps("Sub", counts, clipped), steps.constant([2]), keepdims=1)
    each = steps("Floor", steps("Div", excess, number(_LEVELS)))
    left = steps("Sub", excess, steps("Mul", each, number(_LEVELS)))
    # One more for every `step`-th grey value, until nothing is left.
    step = steps("Floor", steps("Div", number(_LEVELS), steps("Max", left, number(1))))
    levels = steps.constant(np.arange(_LEVELS), np.float32)
    turn = steps("Floor", steps("Div", levels, step))
    on_step = steps("Equal", steps("Mul", turn, step), levels)
    more = steps("And", on_step, steps("Less", turn, left))
    return steps("Add", steps("Add", clipped, each), steps.cast(more, np.float32))


def _blended(
    steps: Steps,
    values: str,
    tables: str,
    size: tuple[int, int],
    tile: tuple[int, int],
    tiles: int,
) -> str:
    (top, bottom, down), (left, right, across) = (
        _neighbours(side, one, tiles) for side, one in zip(size, tile, strict=True)
    )

    def looked_up(row: NDArray[np.int64], column: NDArray[np.int64]) -> str:
        places = (row[:, None] * tiles + column[None, :]) * _LEVELS
        index = steps("Add", values, steps.constant(places))
        flat = steps("Reshape", index, steps.constant([-1, size[0] * size[1]]))
        found = steps("GatherElements", tables, flat, axis=1)
        return steps("Reshape", found, steps.constant([-1, 1, *size]))

    def weighed(first: str, second: str, share: NDArray[np.float32]) -> str:
        one = steps("Mul", first, steps.constant(np.float32(1) - share, np.float32))
        other = steps("Mul", second, steps.constant(share, np.float32))
        return steps("Add", one, other)

    upper, lower = (
        weighed(looked_up(row, left), looked_up(row, right), across[None, :])
        for row in (top, bottom)
    )
    return steps("Round", weighed(upper, lower, down[:, None]))


def _neighbours(
    side: int, tile: int, tiles: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Give the tiles before and after each pixel along an axis, and the share of the one after."""
    place = np.arange(side, dtype=np.float32) * (np.float32(1) / np.float32(tile))
    place = place - np.float32(0.5)
    before = np.floor(place).astype(np.int64)
    share = (place - before).astype(np.float32)
    return np.maximum(before, 0), np.minimum(before + 1, tiles - 1), share
