"""A careful decode of image files, written apart from the decoders it is held against.

It knows PNG without palette or interlacing, BMP without compression, TIFF in one page without
compression or with deflate, and baseline JPEG (pixels by Pillow, damage by its own walk through the
code stream). Of everything else it says that it does not know.
"""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from entropy import flaw, read_header
from PIL import Image

TYPICAL_WHITE = 207
WEIGHTS = (0.299, 0.587, 0.114)


class Damaged(Exception):
    """The file must not be read as it stands."""


class Unknown(Exception):
    """The reference does not know this kind of file."""


@dataclass(frozen=True)
class Film:
    """Samples as stored, and what a reader must make of them.

    Attributes:
        samples: uint8 or uint16 (height, width[, channels]): grey, grey and alpha, RGB, RGBA.
        white_is_zero: Whether bright is stored as low.
        multiplied: Whether colours are multiplied by alpha already.
        declared: Bits that the file says are in use.
        orientation: EXIF orientation.
        tolerance: Grey levels that a decode may be off, as JPEG's is.
    """

    samples: np.ndarray
    white_is_zero: bool = False
    multiplied: bool = False
    declared: int | None = None
    orientation: int = 1
    tolerance: float = 1.5


def grey_of(film: Film) -> np.ndarray:
    """Give float (height, width), 0 black to 255, upright."""
    cube = film.samples.astype(np.float64)
    cube = cube if cube.ndim == 3 else cube[..., np.newaxis]
    channels, full = cube.shape[2], np.iinfo(film.samples.dtype).max
    grey = cube[..., :3] @ WEIGHTS if channels > 2 else cube[..., 0]
    if channels in (2, 4):
        if not cube[..., -1].any():
            raise Damaged("transparent all over")
        grey = grey if film.multiplied else grey * cube[..., -1] / full
    if full > 255:
        grey = _from_deep(grey, film)
    elif film.white_is_zero:
        grey = 255 - grey
    return turn(grey, film.orientation)


def _from_deep(grey: np.ndarray, film: Film) -> np.ndarray:
    if film.white_is_zero:
        white = 2**film.declared - 1 if film.declared else _unmarked(grey).max()
        grey = np.maximum(white - grey, 0)
    if film.declared:
        return np.minimum(grey * 255 / (2**film.declared - 1), 255)
    white = max(np.quantile(_unmarked(grey), 0.995), 1)
    return np.minimum(grey * min(1, TYPICAL_WHITE / white), 255)


def _unmarked(grey: np.ndarray) -> np.ndarray:
    """Give the levels above 0 without those of marks: of one level, far above the film's."""
    levels = sorted(level for level in grey.ravel() if level > 0) or [1]
    for level in levels[len(levels) // 2 :]:
        if levels[-1] <= 2 * level:
            break
        beyond = [other for other in levels if other > 2 * level]
        between = sum(level < other <= 2 * level for other in levels)
        alike = beyond[len(beyond) // 2] >= 0.95 * levels[-1]
        if between < 0.001 * len(levels) and alike:
            return np.array([other for other in levels if other <= level])
    return np.array(levels)


def turn(image: np.ndarray, orientation: int) -> np.ndarray:
    """Turn an image upright by its EXIF orientation."""
    return {
        2: lambda i: i[:, ::-1], 3: lambda i: i[::-1, ::-1], 4: lambda i: i[::-1],
        5: lambda i: i.T, 6: lambda i: np.rot90(i, -1), 7: lambda i: i[::-1, ::-1].T,
        8: lambda i: np.rot90(i),
    }.get(orientation, lambda i: i)(image)  # fmt: skip


def read(data: bytes) -> Film:
    """Decode a file.

    Raises:
        Damaged: It must not be read.
        Unknown: It may be read or not.
    """
    readers = {b"\x89PNG\r\n\x1a\n": _png, b"BM": _bmp, b"II*\0": _tiff, b"MM\0*": _tiff,
               b"\xff\xd8\xff": _jpeg}  # fmt: skip
    reader = next((known for start, known in readers.items() if data.startswith(start)), None)
    if reader is None:
        raise Unknown("another format")
    try:
        return reader(data)
    except (struct.error, IndexError, KeyError, zlib.error, ValueError, OverflowError) as error:
        raise Damaged(repr(error)) from error


def _png(data: bytes) -> Film:
    chunks: dict[bytes, bytes] = {}
    place = 8
    while b"IEND" not in chunks:
        (length,) = struct.unpack_from(">I", data, place)
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        if zlib.crc32(kind + content) != checksum:
            raise Damaged(f"checksum of {kind!r}")
        chunks[kind] = chunks.get(kind, b"") + content
        place += 12 + length
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if bits not in (8, 16) or colour not in (0, 2, 4, 6) or interlaced or b"acTL" in chunks:
        raise Unknown("another kind of PNG")
    _check_size(width, height)
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    raw = zlib.decompress(chunks[b"IDAT"])
    if len(raw) > height * (width * channels * bits // 8 + 1):
        raise Damaged("more rows than the header says")
    samples = _unfiltered(raw, height, width * channels * bits // 8, channels * bits // 8)
    samples = samples.reshape(height, width, -1).view(">u2" if bits == 16 else np.uint8)
    samples = samples.astype(np.uint16 if bits == 16 else np.uint8)
    if b"tRNS" in chunks:
        samples = _with_key(samples, chunks[b"tRNS"], bits)
    return Film(
        samples if samples.shape[2] > 1 else samples[..., 0],
        declared=_significant(samples, chunks.get(b"sBIT", b"")) if bits == 16 else None,
        orientation=_exif(chunks.get(b"eXIf", b"")),
    )


def _unfiltered(raw: bytes, height: int, length: int, step: int) -> np.ndarray:
    if len(raw) < height * (length + 1):
        raise Damaged("fewer rows than the header says")
    rows, above = np.zeros((height, length), np.uint8), bytearray(length)
    for number in range(height):
        line = bytearray(raw[number * (length + 1) + 1 : (number + 1) * (length + 1)])
        method = raw[number * (length + 1)]
        for i in range(length):
            left = line[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            guess = (0, left, above[i], (left + above[i]) // 2, _paeth(left, above[i], corner))
            if method > 4:
                raise Damaged("unknown filter")
            line[i] = (line[i] + guess[method]) % 256
        rows[number], above = np.frombuffer(line, np.uint8), line
    return rows


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    return min((left, above, corner), key=lambda value: abs(estimate - value))


def _with_key(samples: np.ndarray, key: bytes, bits: int) -> np.ndarray:
    wanted = np.frombuffer(key, ">u2")
    if samples.shape[2] not in (1, 3) or wanted.size != samples.shape[2]:
        raise Unknown("an odd transparent colour")
    hidden = (samples == wanted).all(axis=2)
    alpha = np.where(hidden, 0, 2**bits - 1).astype(samples.dtype)
    return np.concatenate([samples, alpha[..., np.newaxis]], axis=2)


def _significant(samples: np.ndarray, significant: bytes) -> int | None:
    bits = max(significant, default=16)
    if not 8 < bits < 16:
        return None
    colours = samples[..., : 1 if samples.shape[2] < 3 else 3]
    return bits if np.quantile(colours, 0.99) < 2**bits else 16


def _exif(content: bytes) -> int:
    if not content:
        return 1
    order = "<" if content.startswith(b"II") else ">"
    count = struct.unpack_from(f"{order}H", content, 8)[0]
    for entry in range(count):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", content, 10 + 12 * entry)
        if tag == 274:
            if kind != 3:
                raise Unknown("an odd orientation")
            return value
    return 1


def _bmp(data: bytes) -> Film:
    start, size, width, height, _, bits, packed = struct.unpack_from("<10xIIiiHHI", data)
    if size != 40 or bits not in (8, 24) or packed or height <= 0 or width <= 0:
        raise Unknown("another kind of BMP")
    _check_size(width, height)
    line = (width * bits // 8 + 3) // 4 * 4
    if start + line * (height - 1) + width * bits // 8 > len(data):
        raise Damaged("cut short")
    # Nobody needs what fills up the last row.
    rows = np.frombuffer(data + bytes(3), np.uint8, line * height, start)
    rows = rows.reshape(height, line)[::-1]
    if bits == 24:
        return Film(rows[:, : width * 3].reshape(height, width, 3)[..., ::-1])
    palette = np.frombuffer(data, np.uint8, start - 54, 54).reshape(-1, 4)
    if start - 54 != 1024 or struct.unpack_from("<I", data, 46)[0] not in (0, 256):
        raise Unknown("an odd palette")
    return Film(palette[rows[:, :width]][..., 2::-1])


def _tiff(data: bytes) -> Film:
    order = "<" if data.startswith(b"II") else ">"
    (place,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, place)
    tags: dict[int, tuple[int, ...]] = {}
    for entry in range(count):
        tag, kind, many = struct.unpack_from(f"{order}HHI", data, place + 2 + 12 * entry)
        if kind not in (3, 4) or many > 10_000:
            raise Unknown("an odd tag")
        letter, at = ("H", "I")[kind - 3], place + 10 + 12 * entry
        if many * (2, 4)[kind - 3] > 4:
            (at,) = struct.unpack_from(f"{order}I", data, at)
        tags[tag] = struct.unpack_from(f"{order}{many}{letter}", data, at)
    if struct.unpack_from(f"{order}I", data, place + 2 + 12 * count)[0]:
        raise Unknown("several pages")
    return _strips(data, order, tags)


def _strips(data: bytes, order: str, tags: dict[int, tuple[int, ...]]) -> Film:
    one = {tag: values[0] for tag, values in tags.items() if values}
    width, height, channels = one[256], one[257], one.get(277, 1)
    bits, photometric, planar = one.get(258, 1), one.get(262), one.get(284, 1) == 2
    kinds, odd = set(tags.get(339, (1,))), set(one) - _TAGS
    if photometric is None:
        raise Damaged("no photometric interpretation")
    if (
        bits not in (8, 16) or len(set(tags[258])) > 1 or kinds != {1} or odd
        or one.get(259) not in (1, 8) or one.get(266, 1) != 1
        or (photometric, channels, one.get(338)) not in _KINDS
        or len(tags[258]) != channels or one.get(284, 1) not in (1, 2)
    ):  # fmt: skip
        raise Unknown("another kind of TIFF")
    _check_size(width, height)
    raw = b"".join(_pieces(data, tags, one))
    wanted = width * height * channels * bits // 8
    flat = np.frombuffer(raw, f"{order}u{bits // 8}", wanted * 8 // bits)
    if planar:
        samples = np.moveaxis(flat.reshape(channels, height, width), 0, -1)
    else:
        samples = flat.reshape(height, width, channels)
    if one.get(338) == 0:
        samples = samples[..., :3]
    if one.get(338) == 1 and (samples[..., :3] > samples[..., 3:]).any():
        raise Unknown("colours that exceed the alpha they are said to be multiplied by")
    highest = {1023: 10, 4095: 12, 16383: 14}.get(one.get(281, 0))
    return Film(
        (samples if samples.shape[2] > 1 else samples[..., 0]).astype(f"u{bits // 8}"),
        white_is_zero=photometric == 0,
        multiplied=one.get(338) == 1,
        declared=highest if bits == 16 else None,
        orientation=one.get(274, 1),
        # Pillow divides by alpha, which is multiplied by again.
        tolerance=3.0 if bits == 8 and one.get(338) == 1 else 1.5,
    )


_TAGS = {256, 257, 258, 259, 262, 273, 274, 277, 278, 279, 281, 284, 338, 339}
_KINDS = {(0, 1, None), (1, 1, None), (2, 3, None), (2, 4, 0), (2, 4, 1), (2, 4, 2)}
"""Photometric interpretation, samples a pixel, kind of the extra one."""


def _pieces(data: bytes, tags: dict[int, tuple[int, ...]], one: dict[int, int]) -> list[bytes]:
    rows, planes = one.get(278, one[257]), one.get(277, 1) if one.get(284) == 2 else 1
    if not rows or len(tags[273]) != len(tags[279]):
        raise Damaged("no strips")
    expected = -(-one[257] // rows) * planes
    if len(tags[273]) < expected:
        raise Damaged("strips are missing")
    if len(tags[273]) > expected:
        raise Unknown("strips to spare")
    pieces, strips = [], expected // planes
    line = one[256] * one.get(258, 1) // 8 * (1 if planes > 1 else one.get(277, 1))
    for number, (start, count) in enumerate(zip(tags[273], tags[279], strict=True)):
        piece = data[start : start + count]
        if len(piece) < count or not count:
            raise Damaged("cut short")
        raw = zlib.decompress(piece) if one.get(259) == 8 else piece
        due = line * min(rows, one[257] - number % strips * rows)
        if len(raw) < due:
            raise Damaged("a strip is too short")
        pieces.append(raw[:due])
    return pieces


def _jpeg(data: bytes) -> Film:
    try:
        header = read_header(data)
    except ValueError as error:
        raise Unknown(str(error)) from error
    _check_size(header.width, header.height)
    try:
        found = flaw(data)
    except ValueError as error:
        raise Unknown(str(error)) from error
    if found:
        raise Damaged(found)
    if data[2:].startswith(b"\xff\xe1") or b"Adobe" in data[:200] or b"Exif\0" in data:
        raise Unknown("a block that may change what is seen")
    try:
        image = Image.open(BytesIO(data), formats=["JPEG"])
        image.draft("L", image.size)
        return Film(np.asarray(image.convert("L")))
    except OSError as error:
        raise Unknown("Pillow does not read it") from error


def _check_size(width: int, height: int) -> None:
    if not (width and height) or width * height > 1e6 or not 0.25 <= width / height <= 4:
        raise Damaged("beyond the bounds")
