"""Image files written by hand, byte by byte, so that tests know every pixel and every lie."""

import struct
import zlib
from dataclasses import dataclass, field

import numpy as np

PNG_COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}
"""Channels to the colour type of a PNG."""


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Give one chunk with its checksum."""
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png(samples: np.ndarray, *extra: tuple[bytes, bytes], filters: int = 0) -> bytes:
    """Write uint8 or uint16 (height, width[, channels]) with chunks before the pixels.

    Args:
        samples: Grey, grey and alpha, RGB, or RGBA.
        extra: Kind and content of chunks such as sBIT, tRNS, eXIf.
        filters: 0 none, 1 to the left, 2 above.
    """
    deep = samples.astype(">u2") if samples.dtype == np.uint16 else samples
    height, width = samples.shape[:2]
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    rows = np.frombuffer(deep.tobytes(), np.uint8).reshape(height, -1).astype(np.int16)
    step = channels * samples.itemsize
    before = np.zeros_like(rows)
    if filters == 1:
        before[:, step:] = rows[:, :-step]
    elif filters == 2:
        before[1:] = rows[:-1]
    coded = ((rows - before) % 256).astype(np.uint8)
    lines = np.concatenate([np.full((height, 1), filters, np.uint8), coded], axis=1)
    header = struct.pack(
        ">IIBBBBB", width, height, 8 * samples.itemsize, PNG_COLOURS[channels], 0, 0, 0
    )
    chunks = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


@dataclass(frozen=True)
class Tiff:
    """How a TIFF is written.

    Attributes:
        photometric: 0 white is zero, 1 black is zero, 2 RGB; None leaves the tag out.
        order: `<` or `>`.
        planar: Whether each channel is stored for itself.
        deflate: Whether the strips are compressed.
        rows: Rows a strip; None for one strip.
        orientation: EXIF orientation; None leaves the tag out.
        alpha: 1 multiplied, 2 not; None leaves the tag out.
        more: Further tags, or other values of these, as tag to value of type LONG.
    """

    photometric: int | None = 1
    order: str = "<"
    planar: bool = False
    deflate: bool = False
    rows: int | None = None
    orientation: int | None = None
    alpha: int | None = None
    more: dict[int, int] = field(default_factory=dict)


def tiff(samples: np.ndarray, how: Tiff | None = None) -> bytes:
    """Write unsigned or signed integers or floats (height, width[, channels])."""
    how = how or Tiff()
    cube = samples if samples.ndim == 3 else samples[..., np.newaxis]
    height, width, channels = cube.shape
    rows = how.rows or height
    planes = np.split(cube, channels, axis=2) if how.planar else [cube]
    coded = cube.dtype.newbyteorder(how.order)
    strips = [
        plane[start : start + rows].astype(coded).tobytes()
        for plane in planes
        for start in range(0, height, rows)
    ]
    if how.deflate:
        strips = [zlib.compress(strip) for strip in strips]
    starts = 8 + np.cumsum([0, *map(len, strips)])
    tags: dict[int, tuple[int, ...]] = {
        256: (width,), 257: (height,), 258: (8 * cube.itemsize,) * channels,
        259: (8 if how.deflate else 1,), 273: tuple(starts[:-1]), 277: (channels,), 278: (rows,),
        279: tuple(map(len, strips)), 284: (2 if how.planar else 1,),
        339: ({"u": 1, "i": 2, "f": 3}[cube.dtype.kind],) * channels,
    }  # fmt: skip
    for tag, value in ((262, how.photometric), (274, how.orientation), (338, how.alpha)):
        if value is not None:
            tags[tag] = (value,)
    tags.update({tag: (value,) for tag, value in how.more.items()})
    place = int(starts[-1])
    magic = b"II*\0" if how.order == "<" else b"MM\0*"
    head = magic + struct.pack(f"{how.order}I", place)
    return head + b"".join(strips) + _directory(tags, place, how.order)


def _directory(tags: dict[int, tuple[int, ...]], place: int, order: str) -> bytes:
    entries, beyond = b"", b""
    after = place + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        content = struct.pack(f"{order}{len(values)}I", *map(int, values))
        if len(values) > 1:
            held = struct.pack(f"{order}I", after + len(beyond))
            beyond += content
        else:
            held = content
        entries += struct.pack(f"{order}HHI", tag, 4, len(values)) + held
    return struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + beyond


def bmp(samples: np.ndarray) -> bytes:
    """Write uint8 (height, width) with a grey palette, or (height, width, 3) in RGB."""
    height, width = samples.shape[:2]
    palette = b"" if samples.ndim == 3 else bytes(v for i in range(256) for v in (i, i, i, 0))
    stored = samples[::-1, :, ::-1] if samples.ndim == 3 else samples[::-1]
    lines = stored.reshape(height, -1)
    padded = np.pad(lines, ((0, 0), (0, -lines.shape[1] % 4))).tobytes()
    bits, start = (24 if samples.ndim == 3 else 8), 54 + len(palette)
    header = struct.pack("<2sIHHI", b"BM", start + len(padded), 0, 0, start)
    header += struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, len(padded), 0, 0, 0, 0)
    return header + palette + padded


def jpeg_segments(data: bytes) -> list[tuple[int, int, int]]:
    """Give marker, start and end of each segment up to the first scan, its header included."""
    found, place = [], 2
    while place + 4 <= len(data):
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        found.append((marker, place, place + 2 + length))
        if marker == 0xDA:
            break
        place += 2 + length
    return found


def relabelled(data: bytes, marker: int) -> bytes:
    """Give a JPEG whose frame says that it is coded in another way, such as 0xC9, arithmetic."""
    (start,) = [start for kind, start, _ in jpeg_segments(data) if kind in (0xC0, 0xC1, 0xC2)]
    return data[: start + 1] + bytes([marker]) + data[start + 2 :]
