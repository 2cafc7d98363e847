"""JPEG, by libjpeg-turbo with its warnings taken seriously."""

import re
from io import BytesIO

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.grey import reduce, to_grey, upright
from pneumoscope.radiographs.decoders.interface import (
    DecodedRadiograph,
    UnreadableRadiograph,
    alone_if_large,
    check_bounds,
    noted,
)
from pneumoscope.radiographs.decoders.jpeg_segments import (
    APP1,
    APP2,
    check_coding,
    check_scans,
    read_segments,
)

SCALES = (8, 4, 2, 1)
"""Factors that libjpeg reduces by while it decodes, for less than half of the time."""

_MODES = {"Gray": "L", "YCbCr": "RGB", "RGB": "RGB", "CMYK": "CMYK", "YCCK": "CMYK"}


def recognises(data: bytes) -> bool:
    """Tell by its first bytes whether a file is a JPEG, a phone's MPO included."""
    return data.startswith(b"\xff\xd8\xff")


def decode(data: bytes, options: DecodingOptions) -> DecodedRadiograph:
    """Read the first picture of a JPEG in grey, reduced while it is decoded.

    Raises:
        UnreadableRadiograph: libjpeg warns of damage, or the coding is none of those it reads.
    """
    segments = read_segments(data)
    check_coding(segments)
    check_scans(data, segments, options.max_scans)
    try:
        height, width, colours = _header(data)
        check_bounds(width, height, options)
        with alone_if_large(width, height):
            samples = _samples(data, width, height, _MODES[colours], options.working_side)
    except UnreadableRadiograph:
        raise
    except ValueError as error:
        raise UnreadableRadiograph(f"damaged JPEG: {_plain(error)}") from error
    pixels, note = samples[..., 0], ""
    further = min(pixels.shape) // options.working_side > 1
    # A Pillow image and back would copy every pixel twice.
    if further or samples.shape[2] > 1 or APP1 in segments:
        pixels, note = _by_pillow(samples, data, options.working_side)
    several = segments.get(APP2, b"").startswith(b"MPF\0")
    return DecodedRadiograph(
        pixels=pixels,
        width=width,
        height=height,
        mode=_MODES[colours],
        bits=8,
        note=noted(note, "the first of several pictures (MPO)" if several else ""),
    )


def read_grey(data: bytes, width: int, height: int, side: int) -> NDArray[np.uint8]:
    """Read a JPEG of 8 bits in grey, without its EXIF, reduced while it is decoded.

    Args:
        data: A JPEG that is known to be of this size, and of a coding that is read.
        width: Of the original, in pixels.
        height: Of the original, in pixels.
        side: Neither side is reduced below this.

    Raises:
        UnreadableRadiograph: libjpeg warns of damage.
    """
    try:
        _header(data)
        return _samples(data, width, height, "L", side)[..., 0]
    except UnreadableRadiograph:
        raise
    except ValueError as error:
        raise UnreadableRadiograph(f"damaged JPEG: {_plain(error)}") from error


_FIRST_SCAN = b"\xff\xda"


def _header(data: bytes) -> tuple[int, int, str]:
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
        return height, width, colours
    except (ValueError, KeyError) as error:  # KeyError: a sampling that simplejpeg has no name for
        # A file that ends before its first scan is told as one without a sampling, too.
        unusual = isinstance(error, KeyError) or "subsampling" in str(error)
        if unusual and _FIRST_SCAN in data:
            raise UnreadableRadiograph(
                "JPEG whose colours are sampled unusually is not read: save it anew"
            ) from error
        raise


def _samples(data: bytes, width: int, height: int, mode: str, side: int) -> NDArray[np.uint8]:
    scale = next((scale for scale in SCALES if min(width, height) // side >= scale), 1)
    return simplejpeg.decode_jpeg(
        data,
        "CMYK" if mode == "CMYK" else "GRAY",
        min_height=-(-height // scale),
        min_width=-(-width // scale),
    )


def _by_pillow(samples: NDArray[np.uint8], data: bytes, side: int) -> tuple[NDArray[np.uint8], str]:
    """Turn samples grey and upright and reduce them, and say what was done."""
    if samples.shape[2] == 1:
        grey, note = Image.fromarray(samples[..., 0]), ""
    else:  # Adobe's CMYK is stored inverted, and nobody writes another
        grey, note = to_grey(Image.fromarray(255 - samples, "CMYK"))
    with Image.open(BytesIO(data), formats=["JPEG"]) as image:
        grey, turned = upright(grey, image)
    return np.ascontiguousarray(reduce(grey, side)), noted(note, turned)


def _plain(error: ValueError) -> str:
    """Leave out what libjpeg's messages say of themselves."""
    return re.sub(r"^(tj\w+\(\): |Corrupt JPEG data: )", "", str(error))
