"""TIFF: the kinds that are read right; every other is refused by name."""

import ctypes
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.deep import Samples, deep_to_grey, read_samples
from pneumoscope.radiographs.decoders.grey import (
    INVERTED,
    TURNED,
    TURNED_NOTE,
    reduce,
    to_grey,
)
from pneumoscope.radiographs.decoders.interface import (
    DecodedRadiograph,
    UnreadableRadiograph,
    alone_if_large,
    noted,
)
from pneumoscope.radiographs.decoders.tiff_header import TiffHeader, read_header

_WHITE_IS_ZERO = 0
_UNSPECIFIED, _MULTIPLIED, _ALPHA = 0, 1, 2
_DEEP = {0: (1,), 1: (1,), 2: (3, 4)}
"""Photometric interpretation to the samples a pixel that OpenCV reads right at 16 bits."""


def _hush_libtiff() -> None:
    """Keep the libtiff of Pillow's wheel from printing of damage without naming a file.

    What it prints it also returns as an error, which becomes the reason for a refusal. Where
    Pillow is built otherwise, as on Windows, it goes on printing.
    """
    wheel = Path(PIL.__file__).parents[1]
    for library in [*wheel.glob("pillow.libs/libtiff*"), *wheel.glob("PIL/.dylibs/libtiff*")]:
        loaded = ctypes.CDLL(str(library))
        loaded.TIFFSetErrorHandler(None)
        loaded.TIFFSetWarningHandler(None)


_hush_libtiff()


def recognises(data: bytes) -> bool:
    """Tell by its first bytes whether a file is a TIFF."""
    return data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))


def decode(data: bytes, options: DecodingOptions) -> DecodedRadiograph:
    """Read a TIFF of one page.

    Raises:
        UnreadableRadiograph: Its kind is none of those that are read right.
    """
    header = read_header(data, options)
    white_is_zero = header.photometric == _WHITE_IS_ZERO
    with alone_if_large(header.width, header.height):
        if header.bits > 8:
            mode = {1: "I;16", 3: "RGB", 4: "RGBA"}.get(header.samples, "")
            samples, declared = _deep(data, header)
            multiplied = header.extra == _MULTIPLIED
            grey, note = deep_to_grey(samples, declared, white_is_zero, multiplied)
        elif header.planar and _is_misread_in_planes(header):
            raise UnreadableRadiograph(
                "TIFF of this kind, each channel for itself, is not read: save it in one plane"
            )
        else:
            with Image.open(BytesIO(data), formats=["TIFF"]) as image:
                mode = image.mode
                grey, note = to_grey(image)
            note = noted(INVERTED if white_is_zero else "", note)
        pixels = np.ascontiguousarray(reduce(grey, options.working_side))
    # Both libraries turn what they read.
    turned = TURNED_NOTE if header.orientation in TURNED else ""
    return DecodedRadiograph(
        pixels, header.width, header.height, mode, header.bits, white_is_zero, noted(note, turned)
    )


def _is_misread_in_planes(header: TiffHeader) -> bool:
    """Tell whether Pillow would forget that white is zero, what alpha is, or that bits are few."""
    odd_alpha = header.extra in (_UNSPECIFIED, _MULTIPLIED)
    return header.photometric == _WHITE_IS_ZERO or odd_alpha or header.bits < 8


def _deep(data: bytes, header: TiffHeader) -> tuple[Samples, int | None]:
    """Give samples of more than 8 bits and the bits that are declared to be in use."""
    if header.bits == 12 and header.samples == 1:  # packed
        with Image.open(BytesIO(data), formats=["TIFF"]) as image:
            return np.asarray(image), 12
    what = f"TIFF of {header.samples} samples of {header.bits} bits a pixel"
    if (
        header.bits not in (16, 32)
        or header.samples not in _DEEP.get(header.photometric, ())
        or (header.planar and header.samples > 1)
    ):
        kept = ", each channel for itself," if header.planar else ""
        raise UnreadableRadiograph(f"{what}{kept} is not read: save it in grey of 16 bits")
    samples = read_samples(data, what)
    if header.samples == 4 and header.extra not in (_MULTIPLIED, _ALPHA):
        samples = samples[..., :3]
    return samples, header.declared
