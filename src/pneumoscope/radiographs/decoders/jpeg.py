"""JPEG, by libjpeg-turbo with its warnings taken seriously."""

import re
from collections.abc import Iterator
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

SCALES = (8, 4, 2, 1)
"""Factors that libjpeg reduces by while it decodes, for less than half of the time."""

_MODES = {"Gray": "L", "YCbCr": "RGB", "RGB": "RGB", "CMYK": "CMYK", "YCCK": "CMYK"}

_PROGRESSIVE, _SOS, _APP1, _APP2 = 0xC2, 0xDA, 0xE1, 0xE2
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_UNREAD = {
    **dict.fromkeys((0xC3, 0xC7, 0xCB, 0xCF), "lossless JPEG"),
    **dict.fromkeys((0xC5, 0xC6, 0xCD, 0xCE), "hierarchical JPEG"),
    **dict.fromkeys((0xC9, 0xCA), "arithmetic-coded JPEG"),
    0xF7: "JPEG-LS",
}


def recognises(data: bytes) -> bool:
    """Tell by its first bytes whether a file is a JPEG, a phone's MPO included."""
    return data.startswith(b"\xff\xd8\xff")


def decode(data: bytes, options: DecodingOptions) -> DecodedRadiograph:
    """Read the first picture of a JPEG in grey, reduced while it is decoded.

    Raises:
        UnreadableRadiograph: libjpeg warns of damage, or the coding is none of those it reads.
    """
    segments = dict(_segments(data))
    _check_coding(segments)
    _check_scans(data, segments, options.max_scans)
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
        check_bounds(width, height, options)
        with alone_if_large(width, height):
            samples = _samples(data, width, height, _MODES[colours], options.working_side)
    except ValueError as error:
        if isinstance(error, UnreadableRadiograph):
            raise
        raise UnreadableRadiograph(f"damaged JPEG: {_plain(error)}") from error
    pixels, note = samples[..., 0], ""
    further = min(pixels.shape) // options.working_side > 1
    # A Pillow image and back would copy every pixel twice.
    if further or samples.shape[2] > 1 or _APP1 in segments:
        pixels, note = _by_pillow(samples, data, options.working_side)
    several = segments.get(_APP2, b"").startswith(b"MPF\0")
    return DecodedRadiograph(
        pixels=pixels,
        width=width,
        height=height,
        mode=_MODES[colours],
        bits=8,
        note=noted(note, "the first of several pictures (MPO)" if several else ""),
    )


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


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and content up to the first scan, the first of each kind last."""
    found, place = [], 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF or marker in _ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        found.append((marker, data[place + 4 : place + 2 + length]))
        if marker == _SOS:
            break
        place += 2 + length
    # A later block of a kind does not replace the first, as Exif before XMP in APP1.
    return reversed(found)


def _check_coding(segments: dict[int, bytes]) -> None:
    for marker, name in _UNREAD.items():
        if marker in segments:
            raise UnreadableRadiograph(f"{name} is not read: save it as baseline JPEG or PNG")
    frame = _frame(segments)
    if frame and frame[0] != 8:
        raise UnreadableRadiograph(
            f"JPEG of {frame[0]} bits a sample is not read: save it as PNG of 16 bits"
        )


def _check_scans(data: bytes, segments: dict[int, bytes], most: int) -> None:
    first, frame = segments.get(_SOS, b"")[:1], _frame(segments)[5:6]
    if _PROGRESSIVE not in segments and first == frame:
        return  # one scan of all components; libjpeg reads no other
    # The marker can stand in a preview within the header too, but not in coded pixels.
    if data.count(b"\xff\xda") > most and (scans := _scans(data)) > most:
        raise UnreadableRadiograph(
            f"too many scans: a JPEG of {scans}, more than {most} (ingestion.max_scans)"
        )


def _frame(segments: dict[int, bytes]) -> bytes:
    """Give depth, height, width and number of components."""
    return next((segments[marker] for marker in _FRAMES if marker in segments), b"")


def _scans(data: bytes) -> int:
    """Count the scans of the first picture."""
    scans, place = 0, 2
    for found in re.finditer(rb"\xff([\xc0-\xcf\xd9-\xfe])", data):
        if found.start() < place:
            continue  # within the segment before
        marker = data[found.start() + 1]
        if marker == 0xD9:
            break
        scans += marker == _SOS
        length = int.from_bytes(data[found.end() : found.end() + 2], "big")
        place = found.end() + length
    return scans


def _plain(error: ValueError) -> str:
    """Leave out what libjpeg's messages say of themselves."""
    return re.sub(r"^(tj\w+\(\): |Corrupt JPEG data: )", "", str(error))
