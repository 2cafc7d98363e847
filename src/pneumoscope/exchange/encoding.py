"""One compression by JPEG and its decoding, in operations of ONNX, bit for bit as by libjpeg.

What libjpeg does to a grey image: blocks of 8 × 8, the cosine transform, coefficients rounded to
multiples of a table, and back. Huffman's coding loses nothing and is left out. libjpeg computes in
whole numbers and rounds after each of four passes (`jfdctint.c`, `jidctint.c`); float64 holds them.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pneumoscope.exchange.graph import Steps

_SIDE = 8

_LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
"""Table K.1 of ITU-T T.81, which libjpeg scales by the quality."""

_COSINES = np.array(
    [
        [8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192],
        [11363, 9633, 6437, 2260, -2260, -6437, -9633, -11363],
        [10703, 4433, -4433, -10703, -10703, -4433, 4433, 10703],
        [9633, -2259, -11362, -6436, 6436, 11362, 2259, -9633],
        [8192, -8192, -8192, 8192, 8192, -8192, -8192, 8192],
        [6437, -11362, 2261, 9633, -9633, -2261, 11362, -6437],
        [4433, -10704, 10704, -4433, -4433, 10704, -10704, 4433],
        [2260, -6436, 9633, -11363, 11363, -9633, 6436, -2260],
    ]
)
"""The cosine transform of 8 values, √8 times as large, in whole numbers of 2**-13, as libjpeg's
sums and products of rounded constants come out."""

_FIRST_PASS, _LAST_PASS, _BOTH_SCALES = 2**11, 2**15, 2**3
"""What libjpeg divides by after a pass: it keeps 2 bits more between the passes of a transform, and
leaves the scale of the two cosine transforms to the table and to the last pass."""


def equalised_encoding(steps: Steps, films: str, size: tuple[int, int], quality: int) -> str:
    """Compress and decode again.

    Args:
        steps: Where the operations are added.
        films: Whole grey values, float32 (n, 1, *size).
        size: Height and width.
        quality: From 1 to 95.

    Returns:
        Of the same shape, whole grey values.
    """
    whole = [-(-side // _SIDE) * _SIDE for side in size]
    for axis, (side, extended) in enumerate(zip(size, whole, strict=True), start=2):
        if side != extended:
            repeated = np.minimum(np.arange(extended), side - 1)
            films = steps("Gather", films, steps.constant(repeated), axis=axis)

    def number(value: ArrayLike) -> str:
        return steps.constant(value, np.float64)

    def passed(product: str, divisor: int) -> str:
        halves_up = steps("Add", steps("Div", product, number(divisor)), number(0.5))
        return steps("Floor", halves_up)

    there, back, table = number(_COSINES), number(_COSINES.T), number(_table(quality))
    split = [-1, whole[0] // _SIDE, _SIDE, whole[1] // _SIDE, _SIDE]
    blocks = steps("Reshape", steps.cast(films, np.float64), steps.constant(split))
    blocks = steps("Transpose", steps("Sub", blocks, number(128)), perm=[0, 1, 3, 2, 4])
    rows = passed(steps("MatMul", blocks, back), _FIRST_PASS)
    coefficients = passed(steps("MatMul", there, rows), _LAST_PASS)
    scaled = steps("Mul", table, number(_BOTH_SCALES))
    quotients = steps("Div", steps("Abs", coefficients), scaled)
    # Halves away from 0.
    rounded = steps("Floor", steps("Add", quotients, number(0.5)))
    kept = steps("Mul", steps("Mul", rounded, steps("Sign", coefficients)), table)
    columns = passed(steps("MatMul", back, kept), _FIRST_PASS)
    grey = passed(steps("MatMul", columns, there), _LAST_PASS * _BOTH_SCALES)
    grey = steps("Clip", steps("Add", grey, number(128)), number(0), number(255))
    joined = steps("Transpose", steps.cast(grey, np.float32), perm=[0, 1, 3, 2, 4])
    joined = steps("Reshape", joined, steps.constant([-1, 1, *whole]))
    first, end = steps.constant([0, 0]), steps.constant(size)
    return steps("Slice", joined, first, end, steps.constant([2, 3]))


def _table(quality: int) -> NDArray[np.int64]:
    """Scale the table as libjpeg does (jpeg_quality_scaling, force_baseline)."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((_LUMINANCE * scale + 50) // 100, 1, 255)
