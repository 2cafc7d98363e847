"""Values of a TIFF's tags, whether it holds one or several."""

from io import BytesIO
from typing import Any

from PIL.TiffImagePlugin import ImageFileDirectory_v2

from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph


class Tags:
    """The tags of a TIFF's only page.

    Raises:
        UnreadableRadiograph: It has several pages.
    """

    def __init__(self, data: bytes):
        """Read them; nothing else is looked at."""
        self._tags = ImageFileDirectory_v2(data[: 16 if 43 in data[2:4] else 8])
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
