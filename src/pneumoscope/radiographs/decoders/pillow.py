"""BMP, GIF, WebP and AVIF, by Pillow; and how the other decoders open and finish with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from PIL import Image

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.grey import reduce, to_grey, upright
from pneumoscope.radiographs.decoders.interface import (
    DecodedRadiograph,
    UnreadableRadiograph,
    alone_if_large,
    check_bounds,
    check_parts,
    noted,
)

_FORMATS = ("BMP", "GIF", "WEBP", "AVIF")


def recognises(data: bytes) -> bool:
    """Tell by its first bytes whether a file has one of these formats."""
    return (
        data.startswith((b"BM", b"GIF87a", b"GIF89a"))
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis", b"mif1", b"msf1"))
    )


def decode(data: bytes, options: DecodingOptions) -> DecodedRadiograph:
    """Read a radiograph of 8 bits a sample, or of more that the file itself brings to 8."""
    if data.startswith(b"GIF"):  # of which each comment is kept in memory
        check_parts(data.count(b"\x21\xfe") - len(data) // 1000)
    with opened(data, _FORMATS, options) as image:
        mode = image.mode
        placed = next(iter(getattr(image, "tile", [])), None)
        if image.format == "GIF" and placed and placed.extents != (0, 0, *image.size):
            raise UnreadableRadiograph("the picture of the GIF does not fill its frame")
        grey, note = to_grey(image)
        return finished(image, grey, options, mode=mode, bits=1 if mode == "1" else 8, note=note)


@contextmanager
def opened(
    data: bytes, formats: tuple[str, ...], options: DecodingOptions
) -> Iterator[Image.Image]:
    """Open an image in these formats alone; no program is ever started, as for EPS.

    Raises:
        UnreadableRadiograph: It is beyond the bounds, or holds several pictures.
    """
    with Image.open(BytesIO(data), formats=formats) as image:
        check_bounds(*image.size, options)
        if getattr(image, "is_animated", False):
            raise UnreadableRadiograph(
                "the file holds several pictures, animated or as pages: save the radiograph alone"
            )
        with alone_if_large(*image.size):
            yield image


def finished(
    image: Image.Image,
    grey: Image.Image,
    options: DecodingOptions,
    *,
    mode: str,
    bits: int,
    white_is_zero: bool = False,
    note: str = "",
) -> DecodedRadiograph:
    """Turn grey pixels upright, reduce them, and give them with what the header says."""
    width, height = image.size
    grey, turned = upright(grey, image)
    pixels = np.ascontiguousarray(reduce(grey, options.working_side))
    return DecodedRadiograph(pixels, width, height, mode, bits, white_is_zero, noted(note, turned))
