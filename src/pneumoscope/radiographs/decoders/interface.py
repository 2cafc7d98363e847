"""What every decoder takes and gives, and the bounds that all of them keep."""

import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from traceback import walk_tb
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.recorded import NOTHING_RECORDED, Recorded

LARGE = 16e6
"""Pixels from which on one image at a time is decoded, so that memory is no multiple of cores."""

MOST_PARTS = 100_000
"""Segments, chunks, strips or comments of one file; each of them takes time, however small."""

_large = threading.Lock()


class UnreadableRadiograph(ValueError):
    """A file that cannot serve as a radiograph; the message is the reason."""


@dataclass(frozen=True)
class DecodedRadiograph:
    """Grey pixels of one radiograph, black being 0, and what its header says.

    Attributes:
        pixels: uint8 (height, width), upright, at the reduced scale asked for.
        width: Width of the original as stored, in pixels.
        height: Height of the original as stored, in pixels.
        mode: Pillow's mode of the original.
        bits: Bits a sample in the file.
        white_is_zero: Whether the file stores bright as low; `pixels` never do.
        note: What had to be converted, or an empty string.
        recorded: What the file tells beside its pixels.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    mode: str
    bits: int
    white_is_zero: bool = False
    note: str = ""
    recorded: Recorded = NOTHING_RECORDED


class Decoder(Protocol):
    """A module that reads one file format."""

    def recognises(self, data: bytes) -> bool:
        """Tell by its first bytes whether a file has this format."""

    def decode(self, data: bytes, options: DecodingOptions) -> DecodedRadiograph:
        """Read a radiograph in this format.

        Raises:
            UnreadableRadiograph: With the reason; `refused_as` says what other exceptions mean.
        """


_OUR_FAULTS = (TypeError, AttributeError, NameError, ImportError, AssertionError)
"""What wrong code raises; libraries raise some of these on damaged bytes as well."""

_PACKAGE = __name__.partition(".")[0]


def refused_as(what: str, error: Exception) -> UnreadableRadiograph:
    """Turn what a reader raised into the reason why a file is refused.

    Readers raise almost anything on damaged bytes: OSError, SyntaxError, ValueError, TypeError,
    struct.error, cv2.error. None of these may end a run; a mistake in this package has to.

    Args:
        what: What is damaged.
        error: What was raised.

    Raises:
        Exception: `error` itself, where a line of this package raised what wrong code raises.
    """
    *_, (frame, _) = walk_tb(error.__traceback__)
    module = str(frame.f_globals.get("__name__", ""))
    if isinstance(error, _OUR_FAULTS) and module.partition(".")[0] == _PACKAGE:
        raise error
    detail = " ".join(str(error).split()) or type(error).__name__
    return UnreadableRadiograph(f"{what}: {detail}")


def check_bounds(width: int, height: int, options: DecodingOptions) -> None:
    """Refuse an image by the size in its header.

    Raises:
        UnreadableRadiograph: It has no pixel, too many, or is too long for its width.
    """
    shorter, longer = sorted((width, height))
    if shorter < 1:
        raise UnreadableRadiograph(f"no image: {width}×{height} pixels")
    if width * height > options.max_megapixels * 1e6:
        raise UnreadableRadiograph(
            f"decompression bomb: {width}×{height} pixels exceed "
            f"{options.max_megapixels:g} megapixels (ingestion.max_megapixels)"
        )
    if longer > options.max_aspect * shorter:
        raise UnreadableRadiograph(
            f"too long for a radiograph: {width}×{height} pixels, one side more than "
            f"{options.max_aspect:g} times the other (ingestion.max_aspect)"
        )


def check_parts(count: int) -> None:
    """Refuse a file in so many parts that reading them would take long.

    Raises:
        UnreadableRadiograph: There are more than `MOST_PARTS`.
    """
    if count > MOST_PARTS:
        raise UnreadableRadiograph(f"too many parts: more than {MOST_PARTS:,} within one file")


def alone_if_large(width: int, height: int) -> AbstractContextManager[object]:
    """Let one large image through at a time, and any number of others."""
    return _large if width * height > LARGE else nullcontext()


def noted(*parts: str) -> str:
    """Join what was done to a radiograph, leaving out what was not."""
    return "; ".join(filter(None, parts))
