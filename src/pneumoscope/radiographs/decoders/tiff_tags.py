"""Values of a TIFF's tags, whether it holds one or several."""

from io import BytesIO
from typing import Any, Literal

from PIL import TiffImagePlugin as Tiff
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph, check_parts

_PLACES = {
    Tiff.STRIPOFFSETS, Tiff.STRIPBYTECOUNTS, Tiff.TILEOFFSETS, Tiff.TILEBYTECOUNTS
}  # fmt: skip


class Tags:
    """The tags of a TIFF's only page.

    Raises:
        UnreadableRadiograph: It has several pages.
    """

    def __init__(self, data: bytes):
        """Read them; nothing else is looked at."""
        self._tags = ImageFileDirectory_v2(data[: 16 if _is_big(data) else 8])
        check_parts(_most_values(data, self._tags.next))
        stream = BytesIO(data)
        stream.seek(self._tags.next)
        self._tags.load(stream)
        if self._tags.next:
            raise UnreadableRadiograph("the TIFF has several pages: save the radiograph alone")

    def all(self, tag: int, default: Any = None) -> tuple[Any, ...]:
        """Return all values of a tag."""
        found = self._tags.get(tag, default)
        return found if isinstance(found, tuple) else (found,)

    def one(self, tag: int, default: Any = None) -> Any:
        """Return the first value of a tag."""
        return next(iter(self.all(tag, default)), default)


def _is_big(data: bytes) -> bool:
    return 43 in data[2:4]


def _most_values(data: bytes, place: int) -> int:
    """Give how many values the strips' tags claim at most, before any is read."""
    order: Literal["little", "big"] = "little" if data.startswith(b"II") else "big"
    head, size, wide = (8, 20, 8) if _is_big(data) else (2, 12, 4)
    entries = int.from_bytes(data[place : place + head], order)
    starts = range(place + head, min(len(data), place + head + size * entries), size)
    return max(
        (
            int.from_bytes(data[start + 4 : start + 4 + wide], order)
            for start in starts
            if int.from_bytes(data[start : start + 2], order) in _PLACES
        ),
        default=0,
    )
