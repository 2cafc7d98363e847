"""The elements of a DICOM that matter here, found by pydicom within bounds of work and memory."""

import logging
import struct
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pydicom.charset import convert_encodings, decode_bytes
from pydicom.filereader import data_element_generator
from pydicom.tag import BaseTag
from pydicom.values import convert_SQ

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.dicom_file.tags import Tag
from pneumoscope.radiographs.decoders.inflate import inflated
from pneumoscope.radiographs.decoders.interface import (
    MOST_PARTS,
    UnreadableRadiograph,
    check_parts,
    refused_as,
)

IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN = (
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2",
)  # fmt: skip

UNDEFINED = 0xFFFFFFFF
"""Length of a value that ends with a delimiter."""

_LARGEST_TABLE = 1 << 20
"""Bytes of a sequence that is read; the largest table has 65,536 values of 2 bytes."""

_READS = 4 * MOST_PARTS
"""Times that elements may ask for bytes; each takes time, however small, nested or not."""

logging.getLogger("pydicom").setLevel(logging.CRITICAL)
"""What it logs it also warns of, which is a reason here; and its lines show patients' values."""


@dataclass(frozen=True)
class Place:
    """Where the pixels lie.

    Attributes:
        data: The file, or what its dataset inflates to.
        tag: Of pixels in whole numbers or in floating point.
        kind: VR, such as OW; None where it is left out.
        start: Offset of their value.
        length: Its length in bytes, or `UNDEFINED`.
    """

    data: bytes = field(repr=False)
    tag: int
    kind: str | None
    start: int
    length: int


@dataclass(frozen=True)
class Elements:
    """Elements by tag, as stored, and how they are stored.

    Attributes:
        raw: Tag to pydicom's element.
        implicit: Whether types of values are left out.
        little: Whether numbers begin with their lowest byte.
        syntax: UID of the transfer syntax.
        place: Where the pixels lie; None without any.
        note: What was odd about how they are stored, or an empty string.
    """

    raw: dict[int, Any] = field(repr=False)
    implicit: bool
    little: bool
    syntax: str = ""
    place: Place | None = None
    note: str = ""

    def text(self, tag: Tag) -> str:
        """Return a value decoded by the file's character set; empty where there is none."""
        value = self._bytes(tag)
        try:
            encodings = convert_encodings(_ascii(self._bytes(Tag.CHARACTER_SET)).split("\\"))
            text = decode_bytes(value, encodings, set())
        except Exception:  # an odd character set; no pixel depends on it
            text = value.decode("latin-1")
        return text.strip(" \0\r\n")

    def words(self, tag: Tag) -> list[str]:
        """Return the values of a text, upper case, without outer spaces."""
        values = _ascii(self._bytes(tag)).split("\\")
        return [value.strip(" \0").upper() for value in values] if values != [""] else []

    def word(self, tag: Tag) -> str:
        """Return the first value of a text, or an empty string."""
        return next(iter(self.words(tag)), "")

    def decimals(self, tag: Tag) -> list[float]:
        """Return numbers that are written as text.

        Raises:
            UnreadableRadiograph: One is no finite number.
        """
        try:
            values = [float(word) for word in self.words(tag)]
            if any(abs(value) > 1e9 for value in values) or any(v != v for v in values):
                raise ValueError
        except ValueError:
            raise UnreadableRadiograph(
                f"damaged DICOM: its {tag.label} is no number of a billion at most"
            ) from None
        return values

    def numbers(self, tag: Tag, signed: bool = False) -> list[int]:
        """Return numbers of 16 bits."""
        value = self._bytes(tag)
        if len(value) % 2:
            raise UnreadableRadiograph(f"damaged DICOM: its {tag.label} is no whole number")
        kind = "h" if signed else "H"
        return list(struct.unpack(f"{'<' if self.little else '>'}{len(value) // 2}{kind}", value))

    def number(self, tag: Tag, default: int | None = None) -> int:
        """Return the only number of 16 bits.

        Raises:
            UnreadableRadiograph: There is none, and no default.
        """
        found = next(iter(self.numbers(tag)), default)
        if found is None:
            raise UnreadableRadiograph(f"damaged DICOM: it lacks its {tag.label}")
        return found

    def items(self, tag: Tag) -> "list[Elements]":
        """Return the items of a sequence."""
        element = self.raw.get(tag)
        if element is None or not element.value:
            return []
        value = element.value
        if isinstance(value, bytes):
            if len(value) > _LARGEST_TABLE:
                raise UnreadableRadiograph(f"damaged DICOM: its {tag.label} is too large a table")
            value = convert_SQ(value, element.is_implicit_VR, element.is_little_endian)
        return [
            Elements({int(t): item.get_item(t) for t in item.keys()}, self.implicit, self.little)  # noqa: SIM118
            for item in value
        ]

    def data(self, tag: Tag) -> bytes:
        """Return a value as it is stored."""
        return self._bytes(tag)

    def _bytes(self, tag: int) -> bytes:
        value = getattr(self.raw.get(tag), "value", None)
        return value if isinstance(value, bytes) else b""


def read_elements(data: bytes, options: DecodingOptions) -> Elements:
    """Read a file's elements up to its pixels, and find these.

    Raises:
        UnreadableRadiograph: It is cut short or damaged, inflates beyond the bounds, or its
            elements are too many.
    """
    start = 132 if data[128:132] == b"DICM" else 0
    try:
        syntax, start = _meta(data, start)
        if syntax == DEFLATED:
            data, start = _inflate(data[start:], options), 0
        implicit, little, note = _encoding(data[start : start + 6], syntax)
        raw, place = _dataset(data, start, implicit, little)
    except UnreadableRadiograph:
        raise
    except UserWarning as warning:
        raise UnreadableRadiograph(f"damaged DICOM: {_without_values(warning)}") from None
    except zlib.error as error:
        raise UnreadableRadiograph(f"damaged DICOM: {error}") from error
    except Exception as error:
        refused_as("", error)  # a mistake of this package is raised
        # Messages of pydicom show values, which may be a patient's.
        raise UnreadableRadiograph(
            f"damaged DICOM: its elements cannot be read ({type(error).__name__})"
        ) from None
    syntax = syntax or {(True, True): IMPLICIT, (False, False): BIG_ENDIAN}.get(
        (implicit, little), EXPLICIT
    )
    return Elements(raw, implicit, little, syntax, place, note)


class _Bounded(BytesIO):
    """Bytes that may be asked for a number of times, so that a million tiny elements end."""

    left = _READS

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= 1
        if self.left < 0:
            check_parts(MOST_PARTS + 1)
        return super().read(size)


def _meta(data: bytes, start: int) -> tuple[str, int]:
    """Read the transfer syntax, and say where the dataset begins."""
    stream = _Bounded(data)
    stream.seek(start)

    def ends(tag: BaseTag, _: str | None, length: int) -> bool:
        if tag >> 16 == 2 and stream.tell() + length > len(data):
            raise UnreadableRadiograph("the DICOM is cut short")
        return tag >> 16 != 2

    found = {element.tag: element for element in data_element_generator(stream, False, True, ends)}
    value = getattr(found.get(BaseTag(Tag.TRANSFER_SYNTAX)), "value", None) or b""
    return _ascii(value).strip(" \0"), stream.tell()


def _inflate(deflated: bytes, options: DecodingOptions) -> bytes:
    most, pieces, size = options.max_megabytes * 1e6, [], 0
    for piece in inflated([deflated], bare=True):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise UnreadableRadiograph(
                f"decompression bomb: the DICOM inflates to more than {options.max_megabytes:g} MB "
                "(ingestion.max_megabytes)"
            )
    return b"".join(pieces)


def _encoding(head: bytes, syntax: str) -> tuple[bool, bool, str]:
    """Tell whether types are implicit and bytes in little order; believed is what is there."""
    if len(head) < 6:
        raise UnreadableRadiograph("the DICOM is cut short")
    explicit = head[4:6].isalpha() and head[4:6].isupper()
    little = syntax != BIG_ENDIAN
    if not syntax and explicit:
        little = struct.unpack_from("<H", head)[0] < 0x0100
    said = {IMPLICIT: False, "": explicit}.get(syntax, True)
    note = "" if said == explicit else (
        f"its transfer syntax says {_named(said)}, its elements are {_named(explicit)}: "
        "read as they are"
    )  # fmt: skip
    return not explicit, little, note


def _named(explicit: bool) -> str:
    return "explicit" if explicit else "implicit"


def _dataset(
    data: bytes, start: int, implicit: bool, little: bool
) -> tuple[dict[int, Any], Place | None]:
    stream, place = _Bounded(data), None
    stream.seek(start)

    def ends(tag: BaseTag, kind: str | None, length: int) -> bool:
        nonlocal place
        if tag in (Tag.PIXEL_DATA, Tag.FLOAT_PIXELS, Tag.DOUBLE_PIXELS):
            place = Place(data, int(tag), kind, stream.tell(), length)
            return True
        if length != UNDEFINED and stream.tell() + length > len(data):
            raise UnreadableRadiograph("the DICOM is cut short, or the length of an element lies")
        return False

    wanted: list[BaseTag | int] = [BaseTag(tag) for tag in Tag]
    found = data_element_generator(stream, implicit, little, ends, specific_tags=wanted)
    return {int(element.tag): element for element in found}, place


def _without_values(warning: Warning) -> str:
    return " ".join(str(warning).split("'")[0].split()) or "pydicom warns of it"


def _ascii(value: bytes) -> str:
    return value.decode("latin-1")
