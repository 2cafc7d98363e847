"""The header of a TIFF: what kind of image it holds, and whether all of it is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from typing import Any

from PIL import ExifTags
from PIL import TiffImagePlugin as Tiff

from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph

_PHOTOMETRIC = {0: "white is zero", 1: "black is zero", 2: "RGB", 3: "palette", 5: "CMYK"}

_COMPRESSIONS = frozenset({"raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits"})
"""Those whose decoder raises on damage; those for JPEG and fax only warn, and nobody hears it."""

_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_MAX_SAMPLE_VALUES = (281, 341)
_HIGHEST = {1023: 10, 4095: 12, 16383: 14}
"""Highest sample value to bits. Any other is this film's brightest pixel, as some write it."""


@dataclass(frozen=True)
class TiffHeader:
    """What the tags of the only page say.

    Attributes:
        width: In pixels, as stored.
        height: In pixels, as stored.
        bits: Bits a sample.
        samples: Samples a pixel.
        photometric: Number of the photometric interpretation.
        planar: Whether each channel is stored for itself.
        extra: Kind of the first sample beyond the colours: 0 unspecified, 1 alpha that the
            colours are multiplied by, 2 alpha; None without one.
        orientation: EXIF orientation, or None.
        declared: Bits that the highest sample value declares, or None.
    """

    width: int
    height: int
    bits: int
    samples: int
    photometric: int
    planar: bool
    extra: int | None
    orientation: int | None
    declared: int | None


def read_header(data: bytes) -> TiffHeader:
    """Read the tags of a TIFF.

    Raises:
        UnreadableRadiograph: It has several pages, is cut short, or is of a kind that the
            libraries at hand do not read right, or not without missing damage.
    """
    tags = Tiff.ImageFileDirectory_v2(data[: 16 if 43 in data[2:4] else 8])
    stream = BytesIO(data)
    stream.seek(tags.next)
    tags.load(stream)
    if tags.next:
        raise UnreadableRadiograph("the TIFF has several pages: save the radiograph alone")
    compression = Tiff.COMPRESSION_INFO.get(_one(tags, Tiff.COMPRESSION, 1), "unknown")
    if compression not in _COMPRESSIONS:
        raise UnreadableRadiograph(
            f"TIFF with compression {compression} is not read, as damage in it would pass unseen: "
            "save it uncompressed, with LZW or with deflate"
        )
    header = TiffHeader(
        width=_one(tags, Tiff.IMAGEWIDTH, 0),
        height=_one(tags, Tiff.IMAGELENGTH, 0),
        bits=_bits(tags),
        samples=_one(tags, Tiff.SAMPLESPERPIXEL, 1),
        photometric=_photometric(tags),
        planar=_one(tags, Tiff.PLANAR_CONFIGURATION, 1) == 2,
        extra=_one(tags, Tiff.EXTRASAMPLES, None),
        orientation=_one(tags, ExifTags.Base.Orientation, None),
        declared=_declared(tags),
    )
    _check_whole(tags, header, compression == "raw", len(data))
    return header


def _photometric(tags: Tiff.ImageFileDirectory_v2) -> int:
    found = _one(tags, Tiff.PHOTOMETRIC_INTERPRETATION, None)
    if found not in _PHOTOMETRIC:
        raise UnreadableRadiograph(
            f"expected a TIFF that says it is {', '.join(_PHOTOMETRIC.values())}, received "
            f"{'no' if found is None else f'number {found} as'} photometric interpretation"
        )
    return found


def _bits(tags: Tiff.ImageFileDirectory_v2) -> int:
    depths = set(_all(tags, Tiff.BITSPERSAMPLE, 1))
    formats = set(_all(tags, Tiff.SAMPLEFORMAT, _UNSIGNED))
    if _FLOAT in formats:
        raise UnreadableRadiograph("floating-point grey values have no known range")
    if len(depths) != 1 or formats - {_UNSIGNED, _SIGNED}:
        raise UnreadableRadiograph("the TIFF's samples are no unsigned integers of one depth")
    return depths.pop()


def _declared(tags: Tiff.ImageFileDirectory_v2) -> int | None:
    highest = {value for tag in _MAX_SAMPLE_VALUES for value in _all(tags, tag, 0)} - {0}
    return _HIGHEST.get(highest.pop()) if len(highest) == 1 else None


def _check_whole(
    tags: Tiff.ImageFileDirectory_v2, header: TiffHeader, plain: bool, size: int
) -> None:
    tiled = Tiff.TILEOFFSETS in tags
    offsets = _all(tags, Tiff.TILEOFFSETS if tiled else Tiff.STRIPOFFSETS, None)
    counts = _all(tags, Tiff.TILEBYTECOUNTS if tiled else Tiff.STRIPBYTECOUNTS, None)
    rows = _one(tags, Tiff.TILELENGTH if tiled else Tiff.ROWSPERSTRIP, header.height)
    columns = _one(tags, Tiff.TILEWIDTH, 0) if tiled else header.width
    if not _counted([*offsets, *counts, rows, columns]) or len(offsets) != len(counts):
        raise UnreadableRadiograph("damaged TIFF: it does not say where its pixels lie")
    parts = ceil(header.height / rows) * ceil(header.width / columns)
    parts *= header.samples if header.planar else 1
    if len(offsets) < parts:
        raise UnreadableRadiograph(
            f"damaged TIFF: expected {parts} strips or tiles, received {len(offsets)}"
        )
    least = header.width * header.height * header.bits * header.samples if plain else 0
    beyond = any(place + count > size for place, count in zip(offsets, counts, strict=True))
    if beyond or sum(counts) * 8 < least:
        raise UnreadableRadiograph("the TIFF is cut short, or its header lies of its size")


def _counted(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int) and value > 0 for value in values)


def _all(tags: Tiff.ImageFileDirectory_v2, tag: int, default: Any) -> tuple[Any, ...]:
    found = tags.get(tag, default)
    return found if isinstance(found, tuple) else (found,)


def _one(tags: Tiff.ImageFileDirectory_v2, tag: int, default: Any) -> Any:
    return next(iter(_all(tags, tag, default)), default)
