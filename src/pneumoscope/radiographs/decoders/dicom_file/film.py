"""A DICOM's bytes turned into a film, or refused with the reason."""

import numpy as np
from PIL import Image

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.dicom_file.claims import check_is_film, read_claims
from pneumoscope.radiographs.decoders.dicom_file.elements import Elements, read_elements
from pneumoscope.radiographs.decoders.dicom_file.layout import read_layout
from pneumoscope.radiographs.decoders.dicom_file.levels import luminance_levels, to_levels
from pneumoscope.radiographs.decoders.dicom_file.pixels import read_pixels
from pneumoscope.radiographs.decoders.grey import reduce
from pneumoscope.radiographs.decoders.interface import (
    DecodedRadiograph,
    alone_if_large,
    noted,
)


def read_film(data: bytes, options: DecodingOptions) -> DecodedRadiograph:
    """Read a DX, CR or secondary capture of one frame, with what is on record of it.

    Raises:
        UnreadableRadiograph: It is none of these, damaged, or beyond the bounds.
    """
    elements = read_elements(data, options)
    check_is_film(elements)
    return read_picture(elements, options)


def read_picture(elements: Elements, options: DecodingOptions) -> DecodedRadiograph:
    """Read the pixels of a single frame, whatever its modality."""
    layout = read_layout(elements, options)
    with alone_if_large(layout.columns, layout.rows):
        stored = read_pixels(elements, layout, options)
        if layout.grey:
            levels, note = to_levels(stored, layout, elements)
        else:
            levels, note = luminance_levels(stored)
        pixels = np.ascontiguousarray(reduce(Image.fromarray(levels), options.working_side))
    mode = "RGB" if not layout.grey else "L" if layout.allocated == 8 else "I;16"
    return DecodedRadiograph(
        pixels, layout.columns, layout.rows, mode, stored.bits,
        layout.photometric == "MONOCHROME1", noted(elements.note, note),
        read_claims(elements),
    )  # fmt: skip
