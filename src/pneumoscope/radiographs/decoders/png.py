"""PNG, each chunk held against its checksum."""

import struct
import zlib
from collections import defaultdict
from math import ceil
from typing import NamedTuple

import numpy as np
from PIL import Image

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.deep import Samples, deep_to_grey, read_samples
from pneumoscope.radiographs.decoders.grey import to_grey
from pneumoscope.radiographs.decoders.inflate import inflated
from pneumoscope.radiographs.decoders.interface import (
    DecodedRadiograph,
    UnreadableRadiograph,
    check_parts,
)
from pneumoscope.radiographs.decoders.pillow import finished, opened

_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_FILTERS = 4
"""Highest number of a filter of rows."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_WHOLE = ((0, 0, 1, 1),)
_INTERLACED = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # fmt: skip
"""First column and row of each pass, and their steps: Adam7."""


class _Header(NamedTuple):
    width: int
    height: int
    bits: int
    colour: int
    compression: int
    filtering: int
    interlaced: int

    def row_size(self) -> int:
        """Count the bytes of one row, with the number of its filter before it."""
        return 1 + ceil(self.width * self.bits * _CHANNELS[self.colour] / 8)

    def raw_size(self) -> int:
        """Count the bytes of all rows, each with the number of its filter before it."""
        bits, size = self.bits * _CHANNELS[self.colour], 0
        for column, row, across, down in _INTERLACED if self.interlaced else _WHOLE:
            columns = max(0, ceil((self.width - column) / across))
            rows = max(0, ceil((self.height - row) / down))
            size += rows * (1 + ceil(columns * bits / 8)) if columns else 0
        return size


def recognises(data: bytes) -> bool:
    """Tell by its first bytes whether a file is a PNG."""
    return data.startswith(_SIGNATURE)


def decode(data: bytes, options: DecodingOptions) -> DecodedRadiograph:
    """Read a PNG of any kind and depth.

    Raises:
        UnreadableRadiograph: It is cut short, or a chunk does not fit its checksum.
    """
    chunks = _chunks(data)
    header = _Header(*struct.unpack(">IIBBBBB", chunks[b"IHDR"][0]))
    with opened(data, ("PNG",), options) as image:
        mode = image.mode
        _check_complete(chunks[b"IDAT"], header)
        if header.bits < 16:
            grey, note = to_grey(image)
        else:
            samples = _deep(image, data)
            grey, note = deep_to_grey(samples, _declared(samples, chunks[b"sBIT"]))
        return finished(image, grey, options, mode=mode, bits=header.bits, note=note)


def _chunks(data: bytes) -> dict[bytes, list[memoryview]]:
    """Give the contents of the chunks of each kind, all of which fit their checksums."""
    view, place, kind, count = memoryview(data), len(_SIGNATURE), b"", 0
    contents: dict[bytes, list[memoryview]] = defaultdict(list)
    while kind != b"IEND":
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        if end > len(data):
            raise UnreadableRadiograph("the PNG is cut short")
        kind = data[place + 4 : place + 8]
        if zlib.crc32(view[place + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise UnreadableRadiograph(
                f"damaged PNG: its {kind.decode('latin-1')} chunk does not fit its checksum"
            )
        contents[kind].append(view[place + 8 : end - 4])
        check_parts(count := count + 1)
        place = end
    return contents


def _check_complete(parts: list[memoryview], header: _Header) -> None:
    """Refuse fewer pixels than the header says, which Pillow would fill up with black, and more."""
    size, needed, row = 0, header.raw_size(), header.row_size()
    for piece in inflated(parts):
        # libpng prints of an unknown filter, without naming a file, before it refuses it.
        if not header.interlaced and max(piece[-size % row :: row], default=0) > _FILTERS:
            raise UnreadableRadiograph("damaged PNG: a row has an unknown filter")
        size += len(piece)
        if size > needed:
            break
    if size != needed:
        less = "more" if size > needed else "fewer"
        raise UnreadableRadiograph(f"damaged PNG: it has {less} pixels than its header says")


def _deep(image: Image.Image, data: bytes) -> Samples:
    samples = read_samples(data, "the PNG")
    if image.mode == "I;16" and "transparency" in image.info:
        alpha = np.where(samples == image.info["transparency"], 0, 65535).astype(np.uint16)
        return np.stack([samples, alpha], axis=-1)
    return samples


def _declared(samples: Samples, significant: list[memoryview]) -> int | None:
    """Give the bits that the chunk sBIT declares, if the samples do not exceed them.

    By the standard they are shifted up to 16 all the same; many scanners do not.
    """
    bits = max(b"".join(significant), default=16)
    if not 8 < bits < 16:
        return None
    colours = samples if samples.ndim == 2 else samples[..., : 3 if samples.shape[2] > 2 else 1]
    return bits if np.quantile(colours, 0.99) < 2**bits else 16
