"""The segments of a JPEG before its pixels: how it is coded, and in how many scans."""

import re

from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph, check_parts

APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_PROGRESSIVE, _SOS = 0xC2, 0xDA
_FILL = re.compile(rb"\xff+")
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_UNREAD = {
    **dict.fromkeys((0xC3, 0xC7, 0xCB, 0xCF), "lossless JPEG"),
    **dict.fromkeys((0xC5, 0xC6, 0xCD, 0xCE), "hierarchical JPEG"),
    **dict.fromkeys((0xC9, 0xCA), "arithmetic-coded JPEG"),
    0xF7: "JPEG-LS",
}


def read_segments(data: bytes) -> dict[int, bytes]:
    """Give the content of the first segment of each marker, up to the first scan."""
    found, place = [], 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        place = _FILL.match(data, place).end() - 1  # type: ignore[union-attr]
        marker = data[place + 1]
        if marker in _ALONE:
            place += 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        found.append((marker, data[place + 4 : place + 2 + length]))
        check_parts(len(found))
        if marker == _SOS:
            break
        place += 2 + length
    # A later block of a kind does not replace the first, as XMP after Exif in APP1.
    return dict(reversed(found))


def check_coding(segments: dict[int, bytes]) -> None:
    """Refuse what libjpeg does not decode, by name.

    Raises:
        UnreadableRadiograph: It is arithmetic-coded, lossless, hierarchical, or not of 8 bits.
    """
    for marker, name in _UNREAD.items():
        if marker in segments:
            raise UnreadableRadiograph(f"{name} is not read: save it as baseline JPEG or PNG")
    frame = frame_of(segments)
    if frame and frame[0] != 8:
        raise UnreadableRadiograph(
            f"JPEG of {frame[0]} bits a sample is not read: save it as PNG of 16 bits"
        )


def check_scans(data: bytes, segments: dict[int, bytes], most: int) -> None:
    """Refuse more scans than `most` before any is decoded: each passes over every pixel.

    Raises:
        UnreadableRadiograph: There are more.
    """
    first, frame = segments.get(_SOS, b"")[:1], frame_of(segments)[5:6]
    if _PROGRESSIVE not in segments and first == frame:
        return  # one scan of all components; libjpeg reads no other
    # The marker can stand in a preview within the header too, but not in coded pixels.
    if data.count(b"\xff\xda") > most and (scans := _scans(data)) > most:
        raise UnreadableRadiograph(
            f"too many scans: a JPEG of {scans}, more than {most} (ingestion.max_scans)"
        )


def frame_of(segments: dict[int, bytes]) -> bytes:
    """Give depth, height, width and number of components."""
    return next((segments[marker] for marker in _FRAMES if marker in segments), b"")


def _scans(data: bytes) -> int:
    """Count the scans of the first picture."""
    scans, place = 0, 2
    for found in re.finditer(rb"\xff([\xc0-\xcf\xd9-\xfe])", data):
        if found.start() < place:
            continue  # within the segment before
        marker = data[found.start() + 1]
        if marker == 0xD9:
            break
        scans += marker == _SOS
        length = int.from_bytes(data[found.end() : found.end() + 2], "big")
        place = found.end() + length
    return scans
