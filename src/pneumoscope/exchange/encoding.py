"""One compression by JPEG and its decoding, in operations of ONNX.

What libjpeg does to a grey image: blocks of 8 × 8, the cosine transform, coefficients rounded to
multiples of a table, and back. Huffman's coding loses nothing and is left out. libjpeg computes in
integers; where a coefficient lies halfway between two multiples the two may part.
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
        return steps.constant(value, np.float32)

    split = [-1, whole[0] // _SIDE, _SIDE, whole[1] // _SIDE, _SIDE]
    blocks = steps("Reshape", steps("Sub", films, number(128)), steps.constant(split))
    blocks = steps("Transpose", blocks, perm=[0, 1, 3, 2, 4])
    there, table = _cosines(), _table(quality)
    coefficients = _between(steps, there, blocks, there.T)
    quotients = steps("Div", coefficients, number(table))
    # Halves away from 0.
    rounded = steps("Floor", steps("Add", steps("Abs", quotients), number(0.5)))
    kept = steps("Mul", steps("Mul", rounded, steps("Sign", quotients)), number(table))
    back = _between(steps, there.T, kept, there)
    grey = steps("Floor", steps("Add", back, number(128.5)))
    grey = steps("Clip", grey, number(0), number(255))
    joined = steps("Transpose", grey, perm=[0, 1, 3, 2, 4])
    joined = steps("Reshape", joined, steps.constant([-1, 1, *whole]))
    first, end = steps.constant([0, 0]), steps.constant(size)
    return steps("Slice", joined, first, end, steps.constant([2, 3]))


def _between(
    steps: Steps, left: NDArray[np.floating], blocks: str, right: NDArray[np.floating]
) -> str:
    product = steps("MatMul", steps.constant(left, np.float32), blocks)
    return steps("MatMul", product, steps.constant(right, np.float32))


def _cosines() -> NDArray[np.float64]:
    """The orthonormal cosine transform of 8 values, as a matrix."""
    frequency, place = np.mgrid[0:_SIDE, 0:_SIDE]
    waves = np.cos((2 * place + 1) * frequency * np.pi / (2 * _SIDE)) / 2
    waves[0] /= np.sqrt(2)
    return waves


def _table(quality: int) -> NDArray[np.int64]:
    """Scale the table as libjpeg does (jpeg_quality_scaling, force_baseline)."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((_LUMINANCE * scale + 50) // 100, 1, 255)
