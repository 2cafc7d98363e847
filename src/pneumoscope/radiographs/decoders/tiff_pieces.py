"""The strips or tiles of a TIFF: whether all of them are there, and whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from PIL import TiffImagePlugin as Tiff

from pneumoscope.radiographs.decoders.inflate import inflated
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoders.tiff_tags import Tags


@dataclass(frozen=True)
class Grid:
    """The size of an image, and of the strips or tiles that it is stored in.

    Attributes:
        width: Of the image, in pixels.
        height: Of the image, in pixels.
        columns: Pixels across a piece; as many as `width` in a strip.
        rows: Pixels down a piece; the last strip has fewer, a tile never.
        bits: Bits a pixel within a piece.
        planes: How often the image is stored, once a channel or once for all.
    """

    width: int
    height: int
    columns: int
    rows: int
    bits: int
    planes: int

    def sizes(self, tiled: bool) -> list[int]:
        """Give the bytes of each piece without compression, plane after plane."""
        line = ceil(self.columns * self.bits / 8)
        starts = range(0, self.height, self.rows)
        down = [self.rows if tiled else min(self.rows, self.height - start) for start in starts]
        across = ceil(self.width / self.columns)
        return [line * rows for rows in down for _ in range(across)] * self.planes


def check_pieces(
    tags: Tags, size: tuple[int, int], bits: int, planes: int, compression: str, data: bytes
) -> None:
    """Refuse a TIFF with pieces that are missing, cut short or do not fit their checksum.

    Args:
        tags: Where its pieces lie.
        size: Width and height in pixels.
        bits: Bits a pixel within a piece.
        planes: How often the image is stored.
        compression: Pillow's name of it.
        data: The whole file.

    Raises:
        UnreadableRadiograph: With what is wrong.
        zlib.error: A deflated piece does not fit its checksum, which libtiff does not look at.
    """
    tiled = tags.one(Tiff.TILEOFFSETS) is not None
    offsets = tags.all(Tiff.TILEOFFSETS if tiled else Tiff.STRIPOFFSETS)
    counts = tags.all(Tiff.TILEBYTECOUNTS if tiled else Tiff.STRIPBYTECOUNTS)
    rows = tags.one(Tiff.TILELENGTH if tiled else Tiff.ROWSPERSTRIP, size[1])
    columns = tags.one(Tiff.TILEWIDTH) if tiled else size[0]
    if not _positive([*offsets, *counts, rows, columns]) or len(offsets) != len(counts):
        raise UnreadableRadiograph("damaged TIFF: it does not say where its pixels lie")
    expected = Grid(*size, columns, rows, bits, planes).sizes(tiled)
    if len(offsets) < len(expected):
        raise UnreadableRadiograph(
            f"damaged TIFF: expected {len(expected)} strips or tiles, received {len(offsets)}"
        )
    for start, count, least in zip(offsets, counts, expected, strict=False):
        if start + count > len(data) or (compression == "raw" and count < least):
            raise UnreadableRadiograph("damaged TIFF: it is cut short, or its header lies of it")
        if "deflate" in compression:
            for _ in inflated([memoryview(data)[start : start + count]]):
                pass


def _positive(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int) and value > 0 for value in values)
