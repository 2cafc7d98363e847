"""Formats that no radiograph is read from, named so that a refusal tells the truth."""

import re
from collections.abc import Callable

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
    names = ["PDF"] if data.startswith(b"%PDF") else _known_to_pillow(data)
    if not names:
        return "the content is not an image in any known format"
    return (
        f"its first bytes are those of {' or '.join(names)}, which is not read: "
        "save the radiograph as PNG or JPEG"
    )


def _known_to_pillow(data: bytes) -> list[str]:
    Image.init()
    return [name for name in Image.ID if _accepts(Image.OPEN[name][1], data[:_PREFIX])]


def _accepts(asked: Callable[[bytes], bool | str] | None, head: bytes) -> bool:
    try:
        return asked is not None and asked(head) is True
    except Exception:  # some look beyond the end of a short file
        return False
