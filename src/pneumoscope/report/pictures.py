"""Figures as small as a browser can show them without a visible loss."""

import base64
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

THUMBNAIL = 224
"""Pixels of the longer side of a film that stands among many."""

STRONGEST = 0.85
"""Opacity of a map where it is strongest; what is weak lets the film through."""

COLOURS = "inferno"

CHART_BYTES = 0.1
"""Bytes a pixel of lossless WebP up to which a picture is a chart: lossy would be larger."""

FILM_BYTES = 0.22
"""Bytes a pixel of a PNG from which on it holds films, which lossless WebP makes larger."""

FILM_QUALITY = 90
"""Of lossy WebP; at this a radiograph and the letters beside it look as they did."""


@dataclass(frozen=True)
class Embedded:
    """A picture inside a page: its address, and its size in pixels."""

    source: str
    width: int
    height: int


def embedded(png: bytes) -> Embedded:
    """Return a PNG as a data address, as WebP: lossless, or lossy where that is smaller.

    Charts have few colours and shrink to a third without loss; radiographs have not.
    """
    with Image.open(BytesIO(png)) as picture:
        opaque = picture.convert("RGB")
    pixels = opaque.width * opaque.height
    # A film takes ten times as long without loss, to be larger.
    kinds = [_lossy] if len(png) > FILM_BYTES * pixels else [_lossless, _lossy]
    smallest = kinds[0](opaque)
    if len(smallest) > CHART_BYTES * pixels:
        smallest = min([smallest, *(kind(opaque) for kind in kinds[1:])], key=len)
    source = f"data:image/webp;base64,{base64.b64encode(smallest).decode('ascii')}"
    return Embedded(source, opaque.width, opaque.height)


def picture_size(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels."""
    with Image.open(BytesIO(png)) as picture:
        return picture.size


def thumbnail(picture: NDArray[np.uint8], side: int = THUMBNAIL) -> NDArray[np.uint8]:
    """Shrink a grey or coloured picture to a longer side; a smaller one is left as it is."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def overlaid(film: NDArray[np.uint8], attribution: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lay a map over a film, as the figures of the report do.

    Args:
        film: Grey, (height, width).
        attribution: Of the same shape, from 0 to 1.

    Returns:
        uint8 (height, width, 3).
    """
    # A third of a second to import, which a listing of the pipelines need not wait for.
    from matplotlib import colormaps

    opacity = (STRONGEST * np.sqrt(attribution))[..., np.newaxis]
    colours = 255 * colormaps[COLOURS](attribution)[..., :3]
    mixed = opacity * colours + (1 - opacity) * film[..., np.newaxis]
    return mixed.round().astype(np.uint8)


def as_png(picture: NDArray[np.uint8]) -> bytes:
    """Return a grey or RGB picture as PNG."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _lossless(picture: Image.Image) -> bytes:
    # More effort takes a third longer and gains four hundredths.
    return _webp(picture, lossless=True, method=1, quality=50)


def _lossy(picture: Image.Image) -> bytes:
    return _webp(picture, quality=FILM_QUALITY, method=4)


def _webp(picture: Image.Image, **how: int) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "WEBP", **how)
    return buffer.getvalue()
