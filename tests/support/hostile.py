"""Image files of every kind, and what can go wrong with them, drawn by a seed.

Each comes with what a careful reader makes of it (`reference`): a film, damage, or nothing that is
known.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from image_files import Tiff, bmp, jpeg_segments, png, png_chunk, tiff
from PIL import Image
from reference_decoder import Damaged, Film, Unknown, read

SHARE_WHOLE = 0.35
"""Of the files, those that nothing was done to."""


@dataclass(frozen=True)
class Case:
    """One file.

    Attributes:
        name: How it was made.
        data: Its bytes.
        film: What it shows; None where it must be refused or nothing is known.
        changed: Whether something was done to it.
        damaged: Why it must be refused, or an empty string.
    """

    name: str
    data: bytes
    film: Film | None
    changed: bool = False
    damaged: str = ""


def corpus(seed: int, count: int) -> Iterator[Case]:
    """Draw files; the same seed gives the same ones."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        name, data, film = _whole(rng)
        if rng.random() < SHARE_WHOLE:
            yield Case(name, data, film)
            continue
        done, mutate = MUTATIONS[rng.integers(len(MUTATIONS))]
        yield _judged(f"{name}, {done} ({seed}, {number})", mutate(data, rng))


def _judged(name: str, data: bytes) -> Case:
    try:
        return Case(name, data, read(data), changed=True)
    except Damaged as error:
        return Case(name, data, None, True, str(error) or "damaged")
    except Unknown:
        return Case(name, data, None, changed=True)


def _whole(rng: np.random.Generator) -> tuple[str, bytes, Film | None]:
    makers = (_any_png, _any_png, _any_tiff, _any_tiff, _any_bmp, _any_jpeg, _any_jpeg, _any_other)
    return makers[rng.integers(len(makers))](rng)


def drawn(rng: np.random.Generator, top: int = 255) -> np.ndarray:
    """Draw float (height, width) with detail, from 0 to `top`."""
    height, width = rng.integers(20, 48, 2)
    coarse = Image.fromarray(rng.random((6, 7)).astype(np.float32))
    film = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))
    film = film + 0.05 * rng.random(film.shape)
    return (film - film.min()) / np.ptp(film) * top


def _samples(rng: np.random.Generator, channels: int, deep: bool) -> np.ndarray:
    top = int(2 ** rng.integers(8, 17)) - 1 if deep else 255
    grey = drawn(rng, int(top * rng.uniform(0.6, 1)))
    kind = np.uint16 if deep else np.uint8
    weights = rng.uniform(0.5, 1, 3) if channels > 2 else [1]
    colours = [grey * weight for weight in weights]
    if channels in (2, 4):
        alpha = np.full(grey.shape, np.iinfo(kind).max, np.float64)
        if rng.random() < 0.6:
            alpha[: rng.integers(0, 10)] = rng.integers(0, np.iinfo(kind).max)
        colours.append(alpha)
    cube = np.stack(colours, axis=-1).astype(kind)
    return cube if channels > 1 else cube[..., 0]


def _any_png(rng: np.random.Generator) -> tuple[str, bytes, Film]:
    channels, deep = int(rng.integers(1, 5)), bool(rng.random() < 0.5)
    samples, extra, orientation = _samples(rng, channels, deep), [], 1
    if deep and rng.random() < 0.3:
        extra.append((b"sBIT", bytes([int(rng.integers(9, 17))] * channels)))
    if rng.random() < 0.3:
        orientation = int(rng.integers(1, 9))
        extra.append((b"eXIf", exif(orientation)))
    data = png(samples, *extra, filters=int(rng.integers(3)))
    name = f"PNG of {channels} channels of {16 if deep else 8} bits, {[k for k, _ in extra]}"
    return name, data, read(data)


def _any_tiff(rng: np.random.Generator) -> tuple[str, bytes, Film | None]:
    deep, colour = bool(rng.random() < 0.6), bool(rng.random() < 0.4)
    alpha = [None, 0, 1, 2][rng.integers(4)] if colour else None
    how = Tiff(
        photometric=2 if colour else int(rng.integers(2)),
        order="<>"[rng.integers(2)],
        planar=colour and bool(rng.random() < 0.3),
        deflate=bool(rng.random() < 0.4),
        rows=[None, 5, 16][rng.integers(3)],
        orientation=[None, int(rng.integers(1, 9))][rng.integers(2)],
        alpha=alpha,
        more={281: [4095, 1023, 16383, 777][rng.integers(4)]} if rng.random() < 0.3 else {},
    )
    samples = _samples(rng, 1 if not colour else 3 if alpha is None else 4, deep)
    if alpha == 1:
        samples[..., :3] = np.minimum(samples[..., :3], samples[..., 3:])
    data = tiff(samples, how)
    # No library at hand reads these right, so they are refused.
    film = None if how.planar and (deep or alpha in (0, 1)) else read(data)
    return f"TIFF of {16 if deep else 8} bits, {how}", data, film


def _any_bmp(rng: np.random.Generator) -> tuple[str, bytes, Film]:
    data = bmp(_samples(rng, (1, 3)[rng.integers(2)], deep=False))
    return "BMP", data, read(data)


def _any_jpeg(rng: np.random.Generator) -> tuple[str, bytes, Film]:
    mode = ("L", "RGB", "CMYK")[rng.integers(3)]
    film = Image.fromarray(drawn(rng).astype(np.uint8))
    orientation = int(rng.integers(1, 9)) if rng.random() < 0.3 else 1
    options = {
        "quality": int(rng.integers(60, 96)),
        "progressive": bool(rng.random() < 0.3),
        "restart_marker_blocks": int(rng.integers(0, 4)),
        "optimize": bool(rng.random() < 0.5),
    }
    if orientation > 1:
        options["exif"] = b"Exif\0\0" + exif(orientation)
    data = saved(film.convert("RGB").convert(mode) if mode != "L" else film, "JPEG", **options)
    decoded = np.asarray(Image.open(BytesIO(data)).convert("L"))
    return (
        f"JPEG in {mode}, {options}",
        data,
        Film(decoded, orientation=orientation, tolerance=2 if mode == "CMYK" else 1.5),
    )


def _any_other(rng: np.random.Generator) -> tuple[str, bytes, Film]:
    kind, options = (
        ("WEBP", {"lossless": True}), ("GIF", {}), ("JPEG2000", {}), ("AVIF", {"quality": 100}),
        ("JPEG2000", {"tile_size": (16, 16)}), ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "packbits"}),
    )[rng.integers(7)]  # fmt: skip
    film = drawn(rng).astype(np.uint8)
    data = saved(Image.fromarray(film), kind, **options)
    return f"{kind}, {options}", data, Film(film, tolerance=6 if kind == "AVIF" else 1.5)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encode by Pillow."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation: int) -> bytes:
    """Give an EXIF block of one entry."""
    entry = b"\x12\x01\x03\0\x01\0\0\0" + bytes([orientation, 0, 0, 0])
    return b"II*\0\x08\0\0\0\x01\0" + entry + bytes(4)


def _markers(data: bytes) -> list[int]:
    """Give the places where a part of the file begins."""
    if data.startswith(b"\xff\xd8"):
        return [i for i in range(len(data) - 1) if data[i] == 0xFF and data[i + 1]]
    if data.startswith(b"\x89PNG"):
        return [i - 4 for kind in (b"IHDR", b"IDAT", b"IEND") if (i := data.find(kind)) > 0]
    return [8, 26, 54, len(data) // 2, len(data) - 8]


def cut(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut at a marker or anywhere, and close a JPEG again or not."""
    places = _markers(data) if rng.random() < 0.5 else range(len(data))
    kept = data[: places[rng.integers(len(places))]]
    closed = data.startswith(b"\xff\xd8") and rng.random() < 0.5
    return kept + (b"\xff\xd9" if closed else b"")


def flip(data: bytes, rng: np.random.Generator) -> bytes:
    """Flip up to eight bits."""
    changed = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        changed[rng.integers(len(changed))] ^= 1 << rng.integers(8)
    return bytes(changed)


def overwrite(data: bytes, rng: np.random.Generator) -> bytes:
    """Replace, remove or insert a run of bytes."""
    start, length = int(rng.integers(len(data))), int(rng.integers(1, 40))
    fresh = rng.integers(0, 256, length).astype(np.uint8).tobytes()
    kept, added = ((length, fresh), (length, b""), (0, fresh))[rng.integers(3)]
    return data[:start] + added + data[start + kept :]


def lie(data: bytes, rng: np.random.Generator) -> bytes:
    """Have the header claim another size, with checksums that fit."""
    width, height = (int(size) for size in rng.integers(1, 70, 2))
    if rng.random() < 0.15:
        width, height = width * 1000, height * 900
    if data.startswith(b"\x89PNG"):
        old = data[16:24]
        claimed = _either(old, width.to_bytes(4, "big"), height.to_bytes(4, "big"), rng)
        return data[:8] + png_chunk(b"IHDR", claimed + data[24:29]) + data[33:]
    if data.startswith(b"\xff\xd8"):
        place = next(at for kind, at, _ in jpeg_segments(data) if kind in (0xC0, 0xC1, 0xC2)) + 5
        small = [(size % 65536).to_bytes(2, "big") for size in (height, width)]
        return data[:place] + _either(data[place : place + 4], *small, rng) + data[place + 4 :]
    if data.startswith(b"BM"):
        small = [size.to_bytes(4, "little") for size in (width, height)]
        return data[:18] + _either(data[18:26], *small, rng) + data[26:]
    if data[:2] in (b"II", b"MM"):
        return _lie_in_tiff(data, width, height, rng)
    return flip(data[:64], rng) + data[64:]


def _either(old: bytes, first: bytes, second: bytes, rng: np.random.Generator) -> bytes:
    half, choice = len(old) // 2, rng.integers(3)
    return (first if choice != 1 else old[:half]) + (second if choice != 0 else old[half:])


def _lie_in_tiff(data: bytes, width: int, height: int, rng: np.random.Generator) -> bytes:
    order = "little" if data[:2] == b"II" else "big"
    start = int.from_bytes(data[4:8], order)
    changed = bytearray(data)
    for entry in range(int.from_bytes(data[start : start + 2], order)):
        place = start + 2 + 12 * entry
        tag = int.from_bytes(data[place : place + 2], order)
        claims = {256: width, 257: height, 278: height, 262: int(rng.integers(9)), 284: 2, 277: 3}
        if tag in claims and rng.random() < 0.4:
            kind = int.from_bytes(data[place + 2 : place + 4], order)
            size = 2 if kind == 3 else 4
            changed[place + 8 : place + 8 + size] = (claims[tag] % 256**size).to_bytes(size, order)
    return bytes(changed)


def shorten(data: bytes, rng: np.random.Generator) -> bytes:
    """Leave out rows of a PNG, or the end of the pixels of another, with checksums that fit."""
    if not data.startswith(b"\x89PNG"):
        return cut(data, rng)
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start], "big")
    raw = zlib.decompress(data[start + 4 : start + 4 + length])
    kept = zlib.compress(raw[: rng.integers(len(raw))])
    return data[: start - 4] + png_chunk(b"IDAT", kept) + png_chunk(b"IEND", b"")


def append(data: bytes, rng: np.random.Generator) -> bytes:
    """Let other bytes follow, which no format minds."""
    return data + rng.integers(0, 256, int(rng.integers(1, 99))).astype(np.uint8).tobytes()


MUTATIONS: list[tuple[str, Callable[[bytes, np.random.Generator], bytes]]] = [
    ("cut", cut), ("bits flipped", flip), ("bytes overwritten", overwrite), ("header lies", lie),
    ("pixels left out", shorten), ("bytes appended", append),
]  # fmt: skip
