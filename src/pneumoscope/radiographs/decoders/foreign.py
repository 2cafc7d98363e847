"""Formats that no radiograph is read from, named so that a refusal tells the truth."""

import re
from collections.abc import Callable

from PIL import Image

_ARCHIVES = {
    "a zip": rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", "a gzip": rb"\x1f\x8b\x08",
    "a bzip2": rb"BZh[1-9]1AY", "an xz": rb"\xfd7zXZ\x00", "a Zstandard": rb"\x28\xb5\x2f\xfd",
    "a 7z": rb"7z\xbc\xaf\x27\x1c", "a rar": rb"Rar!\x1a\x07", "a tar": rb".{257}ustar",
}  # fmt: skip
"""What archives begin with."""

_PREFIX = 16
"""Bytes that Pillow shows its readers when it asks which of them knows a file."""


def reason_for(data: bytes) -> str:
    """Say what a file is that no decoder recognises, by its first bytes, and what to do.

    No reader opens it, so none runs a program.
    """
    for kind, start in _ARCHIVES.items():
        if re.match(start, data, re.DOTALL):
            return f"{kind} archive among the films: unpack it, or read it in place of the folder"
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
