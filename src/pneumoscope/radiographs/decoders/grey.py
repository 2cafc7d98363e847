"""Samples of any kind turned into grey levels from 0, black, to 255."""

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops, ImageOps

from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph, noted, refused_as

QUIET_MODES = frozenset({"L", "RGB"})
"""Modes that radiographs commonly come in; any other conversion is noted."""

TURNED = range(2, 9)
"""EXIF orientations that are not upright; scanners also write 0, which means nothing."""

TURNED_NOTE = "turned as its EXIF orientation says"
INVERTED = "inverted, as its file says that white is zero"


def to_grey(image: Image.Image) -> tuple[Image.Image, str]:
    """Turn a Pillow image of at most 8 bits a sample into grey, and say what was done.

    Where it is transparent, black shines through: pixels that no viewer shows are not shown
    to a model either.

    Args:
        image: An image of any mode but `F` and `I`.

    Raises:
        UnreadableRadiograph: It is transparent all over.
    """
    if image.mode == "L" and "transparency" not in image.info:
        image.load()
        return image, ""  # `convert` would copy every pixel
    note = "" if image.mode in QUIET_MODES else f"converted from mode {image.mode} to grey"
    if not image.has_transparency_data:
        return image.convert("L"), note
    opaque = image.convert("RGBA")
    alpha = opaque.getchannel("A")
    share = check_visible(np.asarray(alpha), 255)
    grey = opaque.convert("L")
    if not share:
        return grey, note
    return ImageChops.multiply(grey, alpha), noted(note, transparent(share))


def check_visible(alpha: NDArray[np.integer], opaque: int) -> float:
    """Give the share of the pixels that are not opaque.

    Raises:
        UnreadableRadiograph: It is transparent all over.
    """
    if not alpha.any():
        raise UnreadableRadiograph("the image is transparent all over")
    return float(np.count_nonzero(alpha != opaque) / alpha.size)


def reduce(image: Image.Image, working_side: int) -> NDArray[np.uint8]:
    """Average whole pixel blocks, as large as leave no side below `working_side`."""
    factor = min(image.size) // working_side
    return np.asarray(image.reduce(factor) if factor > 1 else image)


def upright(grey: Image.Image, original: Image.Image) -> tuple[Image.Image, str]:
    """Turn a decoded image as the EXIF block of its file says, and say so.

    Raises:
        UnreadableRadiograph: The block is damaged, so nobody knows which side is up.
    """
    try:
        way = original.getexif().get(ExifTags.Base.Orientation)
    except Exception as error:
        raise refused_as("its EXIF block is damaged", error) from error
    if way not in TURNED:
        return grey, ""
    turned = grey.copy()
    turned.getexif()[ExifTags.Base.Orientation] = way
    return ImageOps.exif_transpose(turned), TURNED_NOTE


def transparent(share: float) -> str:
    """Say how much of a radiograph is not opaque."""
    return f"transparent in {max(share, 0.0001):.2%} of its pixels, read as on black"
