"""Formats that no radiograph is read from, named so that a refusal tells the truth."""

import re

from PIL import Image

DICOM = (
    "a DICOM file, which is not read yet: export it as PNG "
    "(with DCMTK: dcmj2pnm --write-png film.dcm film.png)"
)
_BARE_DICOM = re.compile(
    # Without the preamble a file begins with its first element: a group's length, the character
    # set or the image type, with the type of the value spelt out or not.
    rb"\x02\x00\x00\x00UL\x04\x00"
    rb"|\x08\x00(?:\x00\x00(?:UL\x04\x00|\x04\x00\x00\x00)"
    rb"|\x05\x00(?:CS|..\x00\x00ISO)|\x08\x00(?:CS|..\x00\x00(?:ORIG|DERI)))",
    re.DOTALL,
)

_PREFIX = 16
"""Bytes that Pillow shows its readers when it asks which of them knows a file."""


def reason_for(data: bytes) -> str:
    """Say what a file is that no decoder recognises, by its first bytes, and what to do.

    No reader opens it, so none runs a program.
    """
    if data[128:132] == b"DICM" or _BARE_DICOM.match(data):
        return DICOM
    name = "PDF" if data.startswith(b"%PDF") else _known_to_pillow(data)
    if name is None:
        return "the content is not an image in any known format"
    return f"the content is {name}, which is not read: save the radiograph as PNG or JPEG"


def _known_to_pillow(data: bytes) -> str | None:
    Image.init()
    for name in Image.ID:
        _, accepts = Image.OPEN[name]
        try:
            if accepts is not None and accepts(data[:_PREFIX]) is True:
                return name
        except Exception:  # some look beyond the end of a short file
            continue
    return None
