"""Deflated data inflated a piece at a time."""

import zlib
from collections.abc import Iterable, Iterator

_PIECE = 1 << 20
"""Bytes that are inflated at a time, so that a bomb is never held whole."""


def inflated(parts: Iterable[bytes | memoryview], bare: bool = False) -> Iterator[bytes]:
    """Yield what one stream in several parts inflates to; its checksum is checked at its end.

    Args:
        parts: The stream.
        bare: Whether it has neither header nor checksum, as in a DICOM.

    Raises:
        zlib.error: It is damaged, or ends too soon.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)
    for part in parts:
        rest: bytes | memoryview = part
        while rest and not inflater.eof:
            yield inflater.decompress(rest, _PIECE)
            rest = inflater.unconsumed_tail
    if not inflater.eof:
        raise zlib.error("the deflated data end too soon")
