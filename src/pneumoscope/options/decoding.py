"""Parameters of the decoding: the working scale, and what a file may cost."""

from typing import Annotated

from pydantic import Field

from pneumoscope.options.base import Count, Options, Side


class DecodingOptions(Options):
    """How far a radiograph is reduced, and the bounds beyond which a file is refused.

    Attributes:
        working_side: Neither side of a decoded radiograph is reduced below this, in pixels.
        max_megabytes: A larger file is not read at all.
        max_megapixels: A larger image is refused by its header. At most 89: beyond it Pillow
            takes any image for an attack.
        max_aspect: Longer side over shorter side; a longer image is refused by its header.
        max_scans: Scans of one JPEG; each passes over every pixel, and an empty one has 10 bytes.
    """

    working_side: Side
    # A file is read whole before it is decoded.
    max_megabytes: Annotated[float, Field(gt=0, le=4096)]
    max_megapixels: Annotated[float, Field(gt=0, le=89)]
    # A whole spine is five times as long as wide; nothing of a chest is.
    max_aspect: Annotated[float, Field(ge=1, le=100)]
    max_scans: Count
