"""The single pass over the files: hashed, header read, decoded once."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pneumoscope.ingestion.layout import is_stray
from pneumoscope.options import IngestionOptions
from pneumoscope.parallel import BatchedMap
from pneumoscope.radiographs.decoding import UnreadableRadiograph, decode

STRAY = "not a radiograph: a stray file"


@dataclass(frozen=True)
class ScannedFile:
    """What one pass over one file found.

    Attributes:
        path: Relative POSIX path.
        bytes: Size of the file.
        sha256: Hash of its bytes, or an empty string when it could not be read.
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
    files: Mapping[str, Callable[[], bytes]], options: IngestionOptions
) -> BatchedMap[tuple[str, Callable[[], bytes]], ScannedFile]:
    """Scan every file, in the order of the paths; a bad file is told, never raised.

    Args:
        files: Relative POSIX path to a function that reads that file's bytes.
        options: Working scale and limits.

    Returns:
        One `ScannedFile` a file, computed while it is iterated.
    """
    look = partial(
        _scan_file,
        working_side=options.working_side,
        max_megapixels=options.max_megapixels,
    )
    return BatchedMap(look, sorted(files.items()), options.batch_size, "reading radiographs")


def _scan_file(
    item: tuple[str, Callable[[], bytes]], working_side: int, max_megapixels: float
) -> ScannedFile:
    path, read = item
    if is_stray(path):
        return ScannedFile(path, reason=STRAY)
    try:
        data = read()
    except OSError as error:
        return ScannedFile(path, reason=f"the file cannot be read: {error.strerror or error}")
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        found = decode(data, working_side, max_megapixels)
    except UnreadableRadiograph as error:
        return ScannedFile(path, len(data), sha256, reason=str(error))
    return ScannedFile(
        path, len(data), sha256, found.width, found.height, found.mode, found.note,
        pixels=found.pixels,
    )  # fmt: skip
