"""DICOM, by pydicom and a named library for each way of compressing pixels: an extra."""

import struct

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.interface import DecodedRadiograph, UnreadableRadiograph

NEEDS_EXTRA = (
    "a DICOM file, which the extra dicom reads: uv pip install 'pneumoscope[dicom]' "
    "(or, in the project's folder, '.[dicom]')"
)

_PREFIX = slice(128, 132)
_GROUPS = (0x0002, 0x0008)
_LAST_FIRST = 0x0070
"""Highest element that a file of these groups begins with: its manufacturer's."""

_LONG = (b"OB", b"UN", b"SQ", b"UT")
_SHORT = (b"UL", b"UI", b"CS", b"DA", b"TM", b"DT", b"SH", b"LO", b"LT", b"ST", b"US", b"PN", b"AE")
_LONGEST = 1024
"""Bytes of a first element; character sets, image types and numbers are shorter."""


def recognises(data: bytes) -> bool:
    """Tell by its first bytes whether a file is a DICOM, with or without preamble and prefix."""
    return data[_PREFIX] == b"DICM" or _begins_with_element(data)


def decode(data: bytes, options: DecodingOptions) -> DecodedRadiograph:
    """Read a DX, CR or secondary capture of one frame.

    Raises:
        UnreadableRadiograph: The extra is missing, the file is none of these, or it is damaged.
    """
    try:
        from pneumoscope.radiographs.decoders.dicom_file.film import read_film

        return read_film(data, options)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("pneumoscope"):
            raise
        raise UnreadableRadiograph(NEEDS_EXTRA) from error


def _begins_with_element(data: bytes) -> bool:
    """Tell whether a file begins with an element of group 2 or 8 and goes on with one after it."""
    if len(data) < 12:
        return False
    return any(_goes_on(data, order, after) for order, after in _first_elements(data))


def _first_elements(data: bytes) -> list[tuple[str, int]]:
    """Give byte order and end of the first element, for each way in which it makes sense."""
    found = []
    for order in "<>":
        group, element, vr, length = struct.unpack_from(f"{order}HH2sH", data)
        if group not in _GROUPS or element > _LAST_FIRST:
            continue
        if vr in _SHORT:
            found.append((order, 8 + length))
        elif vr in _LONG:
            found.append((order, 12 + struct.unpack_from(f"{order}L", data, 8)[0]))
        elif order == "<":  # implicit; there is none of the other order
            found.append((order, 8 + struct.unpack_from("<L", data, 4)[0]))
    return found


def _goes_on(data: bytes, order: str, after: int) -> bool:
    if after == len(data):  # cut off after it
        return True
    if not 8 <= after <= min(_LONGEST, len(data) - 8):
        return False
    first, following = (struct.unpack_from(f"{order}HH", data, place) for place in (0, after))
    return first < following and following[0] <= 0x0010
