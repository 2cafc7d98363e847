"""The pixels of a DICOM as they are stored, whatever they are compressed by.

Each transfer syntax has one decoder, named here, which is the fastest of those that read it right
(`benchmarks/dicom.py`): pydicom would try whatever is installed, the slow ones first.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from math import ceil
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders import jpeg, jpeg2000
from pneumoscope.radiographs.decoders.dicom_file.elements import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    UNDEFINED,
    Elements,
    Place,
)
from pneumoscope.radiographs.decoders.dicom_file.layout import LUMINANCE, Layout
from pneumoscope.radiographs.decoders.interface import (
    UnreadableRadiograph,
    check_parts,
    refused_as,
)
from pneumoscope.radiographs.decoders.jpeg_segments import (
    APP0,
    APP14,
    check_scans,
    frame_of,
    read_segments,
)

Samples = NDArray[np.integer[Any]]

_JPEG = "1.2.840.10008.1.2.4."
RLE = "1.2.840.10008.1.2.5"
LOSSLESS_JPEG = (f"{_JPEG}57", f"{_JPEG}70")
DCT_JPEG = (f"{_JPEG}50", f"{_JPEG}51")
JPEG_LS = (f"{_JPEG}80", f"{_JPEG}81")
JPEG_2000 = (f"{_JPEG}90", f"{_JPEG}91", f"{_JPEG}201", f"{_JPEG}202", f"{_JPEG}203")
LOSSY = (*DCT_JPEG, f"{_JPEG}81", f"{_JPEG}91", f"{_JPEG}203")
NATIVE = (IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN)

_ITEM, _DELIMITER = 0xFFFEE000, 0xFFFEE0DD
_END_OF_IMAGE = b"\xff\xd9"
_PADDING = 64
"""Bytes at most that follow the end of a JPEG."""

_LOSSLESS, _JPEG_LS_FRAME = 0xC3, 0xF7
_UNREAD = {
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF), "hierarchical JPEG"),
    **dict.fromkeys((0xC9, 0xCA, 0xCB), "arithmetic-coded JPEG"),
}


@dataclass(frozen=True)
class Stored:
    """Pixels as stored, perhaps reduced.

    Attributes:
        codes: uint8 or uint16 (rows, columns).
        bits: Bits of a code that make up a number.
        shift: Bits below these, which are none of it.
        signed: Whether the number is below 0 too, in two's complement.
        offset: What is taken away from the number, where it is not in two's complement.
        overshoots: Whether lossy compression can give a code above the highest number.
    """

    codes: Samples
    bits: int
    shift: int = 0
    signed: bool = False
    offset: int = 0
    overshoots: bool = False


def read_pixels(elements: Elements, layout: Layout, options: DecodingOptions) -> Stored:
    """Decode the pixels, at a reduced size where the codec can; colours become luminance.

    Raises:
        UnreadableRadiograph: They are damaged, cut short, not as the elements say, or compressed
            in a way that is not read.
    """
    place = elements.place
    assert place is not None
    if elements.syntax in NATIVE:
        return _as_laid_out(_native(place, elements, layout), layout)
    if elements.syntax not in DECODERS:
        raise UnreadableRadiograph(
            f"pixels compressed by {_name_of(elements.syntax)}, which is not read: export the "
            "film uncompressed or as JPEG 2000"
        )
    frame = b"".join(_fragments(place))
    try:
        stored = DECODERS[elements.syntax](frame, layout, options)
        return replace(stored, overshoots=elements.syntax in LOSSY and not stored.signed)
    except (UnreadableRadiograph, ModuleNotFoundError):
        raise
    except Exception as error:
        raise refused_as("damaged DICOM: its pixels cannot be read", error) from error


def _name_of(syntax: str) -> str:
    from pydicom.uid import UID

    return UID(syntax).name if UID(syntax).is_transfer_syntax else "an unknown transfer syntax"


def _fragments(place: Place) -> Iterator[memoryview]:
    """Give the pieces of the only frame, without the table of offsets before them."""
    view, at, number = memoryview(place.data), place.start, 0
    while True:
        if at + 8 > len(view):
            raise UnreadableRadiograph("the DICOM is cut short: its pixels have no end")
        group, element, length = struct.unpack_from("<HHL", view, at)
        tag, at = group << 16 | element, at + 8
        if tag == _DELIMITER:
            break
        if tag != _ITEM:
            raise UnreadableRadiograph("damaged DICOM: its pixels are not in pieces as they should")
        if at + length > len(view):
            raise UnreadableRadiograph("the DICOM is cut short within its pixels")
        if number:
            yield view[at : at + length]
        check_parts(number := number + 1)
        at += length
    if number < 2:
        raise UnreadableRadiograph("damaged DICOM: it has no pixels")


def _native(place: Place, elements: Elements, layout: Layout) -> Samples:
    halved = layout.photometric in ("YBR_FULL_422", "YBR_PARTIAL_422")
    pixels = layout.rows * layout.columns
    count = 2 * pixels if halved else pixels * layout.samples
    size = count * layout.allocated // 8
    if place.length == UNDEFINED:
        raise UnreadableRadiograph("damaged DICOM: pixels without compression, of unknown length")
    there = min(place.length, len(place.data) - place.start)
    if there < size:
        raise UnreadableRadiograph(
            f"the DICOM is cut short: expected {size:,} bytes of pixels, received {there:,}"
        )
    order = "<" if elements.little else ">"
    if layout.allocated == 8 and not elements.little and place.kind == "OW":
        # In words of which the writer has swapped the bytes.
        words = np.frombuffer(place.data, ">u2", ceil(size / 2), place.start)
        flat: Samples = words.astype("<u2").view(np.uint8)[:count]
    else:
        kind = np.uint8 if layout.allocated == 8 else f"{order}u2"
        flat = np.frombuffer(place.data, kind, count, place.start)
    if halved:  # two of luminance, then one of each colour
        return flat.reshape(-1, 4)[:, :2].reshape(layout.rows, layout.columns)
    if layout.planar and layout.samples > 1:
        return np.moveaxis(flat.reshape(layout.samples, layout.rows, layout.columns), 0, -1)
    return flat.reshape(layout.rows, layout.columns, layout.samples)


def _run_lengths(frame: bytes, layout: Layout, _: DecodingOptions) -> Stored:
    import imagecodecs

    size = layout.rows * layout.columns * layout.samples * layout.allocated // 8
    segments, expected = int.from_bytes(frame[:4], "little"), layout.samples * layout.allocated // 8
    if segments != expected:
        raise UnreadableRadiograph(
            f"damaged DICOM: expected {expected} runs of bytes, received {segments}"
        )
    kind = np.dtype(np.uint8 if layout.allocated == 8 else "<u2")
    decoded = imagecodecs.dicomrle_decode(frame, kind, out=size)
    if len(decoded) != size:
        raise UnreadableRadiograph("damaged DICOM: its runs of bytes are too short for its pixels")
    flat: Samples = np.frombuffer(decoded, kind)
    planes = flat.reshape(layout.samples, layout.rows, layout.columns)
    return _as_laid_out(np.moveaxis(planes, 0, -1), layout)


def _jpeg(frame: bytes, layout: Layout, options: DecodingOptions) -> Stored:
    """Decode JPEG: of 8 bits by libjpeg-turbo at a reduced size, of more or lossless at its own."""
    import imagecodecs

    segments = read_segments(frame)
    unread = next((name for marker, name in _UNREAD.items() if marker in segments), None)
    if unread:
        raise UnreadableRadiograph(f"{unread} is not read: export the film uncompressed")
    bits = _check_frame(frame_of(segments), layout)
    if frame.rfind(_END_OF_IMAGE) < len(frame) - _PADDING:
        raise UnreadableRadiograph("the DICOM is cut short: its JPEG has no end")
    check_scans(frame, segments, options.max_scans)
    untold = layout.photometric == "RGB" and not {APP0, APP14} & set(segments)
    if bits == 8 and _LOSSLESS not in segments and not untold:
        codes = jpeg.read_grey(frame, layout.columns, layout.rows, options.working_side)
        return Stored(codes, layout.stored, layout.high + 1 - layout.stored, layout.signed)
    space = "RGB" if layout.samples == 3 else None
    decoded = imagecodecs.jpeg8_decode(frame, colorspace=space, outcolorspace=space)
    return _as_laid_out(decoded, layout)


def _jpeg_ls(frame: bytes, layout: Layout, _: DecodingOptions) -> Stored:
    import imagecodecs

    _check_frame(read_segments(frame).get(_JPEG_LS_FRAME, b""), layout)
    return _as_laid_out(imagecodecs.jpegls_decode(frame), layout)


def _check_frame(frame: bytes, layout: Layout) -> int:
    """Hold size and colours of a JPEG against the elements, before it is decoded; give its bits."""
    if len(frame) < 6:
        raise UnreadableRadiograph("damaged DICOM: its JPEG does not say what it is")
    bits, rows, columns, samples = struct.unpack_from(">BHHB", frame)
    _check_size((columns, rows, samples), layout)
    if bits > layout.allocated:
        raise UnreadableRadiograph(
            f"damaged DICOM: expected at most {layout.allocated} bits, its JPEG has {bits}"
        )
    return bits


def _check_size(found: tuple[int, int, int], layout: Layout) -> None:
    expected = (layout.columns, layout.rows, layout.samples)
    if found != expected:
        sizes = [f"{width}×{height} pixels of {n}" for width, height, n in (expected, found)]
        raise UnreadableRadiograph(
            f"damaged DICOM: its elements say {sizes[0]} samples, its compressed pixels {sizes[1]}"
        )


def _jpeg_2000(frame: bytes, layout: Layout, options: DecodingOptions) -> Stored:
    """Decode JPEG 2000 by Pillow, which leaves out the finest resolutions that are not needed."""
    start = frame.find(jpeg2000.CODESTREAM)
    if start < 0:
        raise UnreadableRadiograph("damaged DICOM: its JPEG 2000 has no codestream")
    bits, signed = jpeg2000.depth(frame, start)
    if bits > 16:
        raise UnreadableRadiograph(f"expected at most 16 bits, received a JPEG 2000 of {bits}")
    with Image.open(BytesIO(frame), formats=["JPEG2000"]) as image:
        _check_size((*image.size, len(image.getbands())), layout)
        jpeg2000.check_complete(frame, start)
        factor = min(image.size) // options.working_side
        least = jpeg2000.resolutions(frame, start)
        image.reduce = min(max(factor, 1).bit_length() - 1, least)  # type: ignore[assignment,method-assign]
        image.load()
        decoded = np.asarray(image if layout.samples == 1 else image.convert("L"))
    if layout.samples > 1:
        return Stored(decoded, 8)
    # Pillow shifts samples up to 8 or 16 bits, and makes signed ones positive.
    codes = decoded >> (8 * decoded.itemsize - bits)
    if signed:
        return Stored(codes, bits, offset=1 << (bits - 1))
    return Stored(codes, min(bits, layout.stored), signed=layout.signed)


def _as_laid_out(decoded: Samples, layout: Layout) -> Stored:
    """Give samples as luminance, with the bits that the elements say are in use."""
    rows, columns = decoded.shape[:2]
    samples = 1 if decoded.ndim == 2 else decoded.shape[2]
    if decoded.dtype.itemsize > 2:
        raise UnreadableRadiograph("damaged DICOM: its samples have more than 16 bits")
    if (rows, columns) != (layout.rows, layout.columns):
        _check_size((columns, rows, samples), layout)
    if samples == 1:
        codes: Samples = decoded.reshape(rows, columns)
    elif layout.photometric in LUMINANCE:
        codes = decoded[..., 0]
    else:
        grey: Any = cv2.cvtColor(_native_order(decoded), cv2.COLOR_RGB2GRAY)
        codes = grey
    return Stored(
        _native_order(codes), layout.stored, layout.high + 1 - layout.stored, layout.signed
    )


def _native_order(samples: Samples) -> Samples:
    return np.ascontiguousarray(samples, samples.dtype.newbyteorder("="))


DECODERS = {
    RLE: _run_lengths,
    **dict.fromkeys(DCT_JPEG + LOSSLESS_JPEG, _jpeg),
    **dict.fromkeys(JPEG_LS, _jpeg_ls),
    **dict.fromkeys(JPEG_2000, _jpeg_2000),
}
"""Transfer syntax to what decodes its frame; without compression there is nothing to decode."""
