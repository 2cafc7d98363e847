"""The header of a TIFF: what kind of image it holds, and whether all of it is there."""

from dataclasses import dataclass

from PIL import ExifTags
from PIL import TiffImagePlugin as Tiff

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph, check_bounds
from pneumoscope.radiographs.decoders.tiff_pieces import check_pieces
from pneumoscope.radiographs.decoders.tiff_tags import Tags

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


def read_header(data: bytes, options: DecodingOptions) -> TiffHeader:
    """Read the tags of a TIFF.

    Raises:
        UnreadableRadiograph: It has several pages, is beyond the bounds, is cut short, or is of a
            kind that the libraries at hand do not read right, or not without missing damage.
    """
    tags = Tags(data)
    compression = Tiff.COMPRESSION_INFO.get(tags.one(Tiff.COMPRESSION, 1), "unknown")
    if compression not in _COMPRESSIONS:
        raise UnreadableRadiograph(
            f"TIFF with compression {compression} is not read, as damage in it would pass unseen: "
            "save it uncompressed, with LZW or with deflate"
        )
    header = TiffHeader(
        width=tags.one(Tiff.IMAGEWIDTH, 0),
        height=tags.one(Tiff.IMAGELENGTH, 0),
        bits=_bits(tags),
        samples=tags.one(Tiff.SAMPLESPERPIXEL, 1),
        photometric=_photometric(tags),
        planar=tags.one(Tiff.PLANAR_CONFIGURATION, 1) == 2,
        extra=tags.one(Tiff.EXTRASAMPLES),
        orientation=tags.one(ExifTags.Base.Orientation),
        declared=_declared(tags),
    )
    check_bounds(header.width, header.height, options)
    together, planes = (1, header.samples) if header.planar else (header.samples, 1)
    size = (header.width, header.height)
    check_pieces(tags, size, header.bits * together, planes, compression, data)
    return header


def _photometric(tags: Tags) -> int:
    found = tags.one(Tiff.PHOTOMETRIC_INTERPRETATION)
    if found not in _PHOTOMETRIC:
        raise UnreadableRadiograph(
            f"expected a TIFF that says it is {', '.join(_PHOTOMETRIC.values())}, received "
            f"{'no' if found is None else f'number {found} as'} photometric interpretation"
        )
    return found


def _bits(tags: Tags) -> int:
    depths = set(tags.all(Tiff.BITSPERSAMPLE, 1))
    formats = set(tags.all(Tiff.SAMPLEFORMAT, _UNSIGNED))
    if _FLOAT in formats:
        raise UnreadableRadiograph("floating-point grey values have no known range")
    if len(depths) != 1 or formats - {_UNSIGNED, _SIGNED}:
        raise UnreadableRadiograph("the TIFF's samples are no unsigned integers of one depth")
    return depths.pop()


def _declared(tags: Tags) -> int | None:
    highest = {value for tag in _MAX_SAMPLE_VALUES for value in tags.all(tag, 0)} - {0}
    return _HIGHEST.get(highest.pop()) if len(highest) == 1 else None
