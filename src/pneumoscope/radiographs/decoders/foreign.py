"""Formats that no radiograph is read from, named so that a refusal tells the truth."""

from collections.abc import Callable

from PIL import Image

_PREFIX = 16
"""Bytes that Pillow shows its readers when it asks which of them knows a file."""


def reason_for(data: bytes) -> str:
    """Say what a file is that no decoder recognises, by its first bytes, and what to do.

    No reader opens it, so none runs a program.
    """
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
