"""One scanned file, as its record travels from the scan to storage."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.radiographs.measured import Measured


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
        source: Where it comes from, by its own bytes or else by where it was read; empty when it
            was not read.
        bits: Bits a sample of the original, 0 when unreadable.
        brightness: As `Appearance` has it, 0 when unreadable; likewise contrast, orientation.
        pixels: uint8 (height, width) at working scale, or None when unreadable.
        measured: What was measured of it; None when unreadable, or where nothing was.
        dicom: Whether it is a DICOM.
        age: As `Recorded` has it; likewise up to `transfer_syntax`.
        said: What its tags warn of, or an empty string.
        patient_id: Keyed hash of the patient's number, or an empty string where its tags tell none.
        number: Keyed hash of the patient's number alone, whoever issued it, or an empty string.
        study: Keyed hash of the study's UID, or an empty string.
        subtype: What its name tells of the disease, where names are hidden.
    """

    path: str
    bytes: int = 0
    sha256: str = ""
    width: int = 0
    height: int = 0
    mode: str = ""
    note: str = ""
    reason: str = ""
    source: str = ""
    bits: int = 0
    brightness: float = 0.0
    contrast: float = 0.0
    orientation: str = ""
    pixels: NDArray[np.uint8] | None = None
    measured: Measured | None = None
    dicom: bool = False
    age: float = nan
    sex: str = ""
    view: str = ""
    manufacturer: str = ""
    device: str = ""
    site: str = ""
    exposure: float = nan
    transfer_syntax: str = ""
    said: str = ""
    patient_id: str = ""
    number: str = ""
    study: str = ""
    subtype: str = ""


@runtime_checkable
class NamedOnceScanned(Protocol):
    """Scanned files whose names depend on all of them."""

    def __iter__(self) -> Iterator[ScannedFile]:
        """Yield one record a file."""

    def named(self, files: pd.DataFrame) -> pd.DataFrame:
        """Give the files the names that all may read, once all of them are known.

        Args:
            files: One row per scanned file, without pixels.
        """
