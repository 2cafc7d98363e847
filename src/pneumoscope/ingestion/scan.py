"""The single pass over the files: hashed, header read, decoded once."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pneumoscope.ingestion.litter import LITTER, is_document, is_litter
from pneumoscope.options import IngestionOptions
from pneumoscope.parallel import BatchedMap
from pneumoscope.radiographs.decoding import UnreadableRadiograph, decode

Reader = Callable[[], bytes]
"""Reads one file, or raises OSError; one that has a `size` (bytes) is asked for it first."""


@dataclass(frozen=True)
class ScannedFile:
    """What one pass over one file found.

    Attributes:
        path: Relative POSIX path.
        bytes: Size of the file.
        sha256: Hash of its bytes, or an empty string when it was not read.
        width: Width of the original in pixels, 0 when unreadable.
        height: Height of the original in pixels, 0 when unreadable.
        mode: Pillow's mode of the original, empty when unreadable.
        note: What was converted, or an empty string.
        reason: Why the file is unusable, or an empty string.
        pixels: uint8 (height, width) at working scale, or None when unreadable.
    """

    path: str
    bytes: int = 0
    sha256: str = ""
    width: int = 0
    height: int = 0
    mode: str = ""
    note: str = ""
    reason: str = ""
    pixels: NDArray[np.uint8] | None = None


def scan(
    files: Mapping[str, Reader], options: IngestionOptions
) -> BatchedMap[tuple[str, Reader], ScannedFile]:
    """Scan every file, in the order of the paths; a bad file gets a reason and raises nothing.

    What a file is follows from its content, never from its suffix: every file that is not on
    the closed list of litter is read and offered to the decoder.

    Args:
        files: Relative POSIX path to a function that reads that file's bytes.
        options: Working scale and limits.

    Returns:
        One `ScannedFile` a file, computed while it is iterated.
    """
    look = partial(_scan_file, options=options)
    return BatchedMap(look, sorted(files.items()), options.batch_size, "reading radiographs")


def _scan_file(item: tuple[str, Reader], options: IngestionOptions) -> ScannedFile:
    path, read = item
    if is_litter(path):
        return ScannedFile(path, reason=LITTER)
    try:
        # A sparse file of many gigabytes takes no room on disk and all of the memory.
        size, limit = getattr(read, "size", 0), options.max_megabytes
        if size > limit * 1e6:
            reason = f"the file is too large: {size / 1e6:,.0f} MB exceed {limit:g} MB"
            return ScannedFile(path, size, reason=reason)
        data = read()
    except OSError as error:
        what = "the folder was not entered" if path.endswith("/") else "the file cannot be read"
        return ScannedFile(path, reason=f"{what}: {error.strerror or error}")
    sha256 = hashlib.sha256(data).hexdigest()
    if is_document(path, data):
        return ScannedFile(path, len(data), sha256, reason=LITTER)
    try:
        found = decode(data, options.working_side, options.max_megapixels)
    except UnreadableRadiograph as error:
        return ScannedFile(path, len(data), sha256, reason=_true_reason(data, str(error)))
    return ScannedFile(
        path, len(data), sha256, found.width, found.height, found.mode, found.note,
        pixels=found.pixels,
    )  # fmt: skip


DICOM = (
    "a DICOM file, which is not read yet: export it as PNG "
    "(with DCMTK: dcmj2pnm --write-png film.dcm film.png)"
)
_BARE_DICOM = re.compile(
    # Without the preamble a file begins with its first element: a group's length, the character
    # set or the image type, with the type of the value spelt out or not.
    rb"\x02\x00\x00\x00UL\x04\x00"
    rb"|\x08\x00(?:\x00\x00(?:UL\x04\x00|\x04\x00\x00\x00)"
    rb"|\x05\x00(?:CS|..\x00\x00ISO)|\x08\x00(?:CS|..\x00\x00(?:ORIG|DERI)))",
    re.DOTALL,
)


def _true_reason(data: bytes, reason: str) -> str:
    return DICOM if data[128:132] == b"DICM" or _BARE_DICOM.match(data) else reason
