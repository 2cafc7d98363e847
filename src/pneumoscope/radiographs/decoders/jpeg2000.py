"""JPEG 2000, at the depth that its codestream declares."""

import struct
from math import ceil

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.deep import deep_to_grey, read_samples
from pneumoscope.radiographs.decoders.grey import to_grey
from pneumoscope.radiographs.decoders.interface import (
    DecodedRadiograph,
    UnreadableRadiograph,
    check_parts,
)
from pneumoscope.radiographs.decoders.pillow import finished, opened

CODESTREAM = b"\xff\x4f\xff\x51"
"""Its first marker, and that of its size segment."""

_TILE_PART, _END = b"\xff\x90", b"\xff\xd9"
_CODING = b"\xff\x52"


def recognises(data: bytes) -> bool:
    """Tell by its first bytes whether a file is a JPEG 2000, bare or boxed."""
    return data.startswith((CODESTREAM, b"\x00\x00\x00\x0cjP  \r\n\x87\n"))


def decode(data: bytes, options: DecodingOptions) -> DecodedRadiograph:
    """Read a JPEG 2000 of up to 16 bits a sample."""
    start = data.find(CODESTREAM)
    if start < 0:
        raise UnreadableRadiograph("the JPEG 2000 has no codestream")
    bits, signed = depth(data, start)
    if signed or bits > 16:
        raise UnreadableRadiograph(
            f"expected unsigned samples of at most 16 bits, received {bits} bits"
            + (" with a sign" if signed else "")
        )
    check_complete(data, start)
    with opened(data, ("JPEG2000",), options) as image:
        mode = image.mode
        if bits <= 8:
            grey, note = to_grey(image)
        else:
            samples = read_samples(data, "the JPEG 2000")
            grey, note = deep_to_grey(samples, bits if bits < 16 else None)
        return finished(image, grey, options, mode=mode, bits=bits, note=note)


def depth(data: bytes, start: int) -> tuple[int, bool]:
    """Give the most bits of any component, and whether one is signed."""
    components = int.from_bytes(data[start + 40 : start + 42], "big")
    depths = data[start + 42 : start + 42 + 3 * components : 3] or b"\xff"
    return max(depth & 0x7F for depth in depths) + 1, any(depth & 0x80 for depth in depths)


def resolutions(data: bytes, start: int) -> int:
    """Give how often a codestream's sides can be halved while it is decoded."""
    place = data.find(_CODING, start)
    return min(data[place + 9], 32) if 0 <= place < len(data) - 9 else 0


def check_complete(data: bytes, start: int) -> None:
    """Refuse a codestream without all its tiles; the missing ones would come out black."""
    right, bottom, _, _, across, down, *origin = struct.unpack_from(">8I", data, start + 8)
    expected = ceil((right - origin[0]) / across) * ceil((bottom - origin[1]) / down)
    found, place, count = set(), start + 2, 0
    while (marker := data[place : place + 2]) not in (_END, b""):
        check_parts(count := count + 1)
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == _TILE_PART:
            number, length = struct.unpack_from(">HI", data, place + 4)
            found.add(number)
            if not length:
                break  # up to the end
            place -= 2
        place += 2 + length
    if len(found) != expected:
        raise UnreadableRadiograph(
            f"damaged JPEG 2000: expected {expected} tiles, received {len(found)}"
        )
