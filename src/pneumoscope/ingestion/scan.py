"""The single pass over the files: hashed, header read, decoded once."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from dask.system import CPU_COUNT

from pneumoscope.engine import engine_in_use
from pneumoscope.ingestion.file_scan import Reader, scan_file
from pneumoscope.ingestion.issuers import join_numbers
from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.litter import LEFT_OUT, is_litter
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.ingestion.private_names import hide_names
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.ingestion.sorted_paths import SortedPaths
from pneumoscope.naming import Source
from pneumoscope.options import IngestionOptions
from pneumoscope.parallel import BatchedMap, Write, Written

logger = logging.getLogger(__name__)

Item = tuple[str, Reader, str]
"""Path, reader, and why it is left out on purpose or an empty string."""

WAITING = min(64, 16 * CPU_COUNT)
"""Threads where files come over a network: of 16, 15 wait while one decodes."""


@dataclass(frozen=True)
class Scan:
    """The scanned files, computed while they are iterated: by path, or as an archive has them.

    Attributes:
        scanned: One result a file.
        options: How they are read.
        key: The site's, for what identifies a patient.
        layout: What tells a file's patient; None for the folders.
    """

    scanned: BatchedMap[Item, ScannedFile]
    options: IngestionOptions
    key: PatientKey | None = None
    layout: Layout | None = None

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self.scanned)

    def __iter__(self) -> Iterator[ScannedFile]:
        """Yield one `ScannedFile` a file; a bad one has a reason, and nothing is raised."""
        return iter(self.scanned)

    def in_shards(self, rows: int, write: Write[ScannedFile, Written]) -> Iterator[Written]:
        """Have what is found written where files are scanned, as `BatchedMap.in_shards` does."""
        return self.scanned.in_shards(rows, write)

    def named(self, files: pd.DataFrame) -> pd.DataFrame:
        """Give the files the names that all may read, once all of them are known.

        Args:
            files: One row per scanned file, without pixels.
        """
        if self.key is None:
            return files
        return hide_names(join_numbers(files), self.options, self.key, self.layout)


def scan(
    files: Mapping[str, Reader],
    options: IngestionOptions,
    source: Source = Source.FOLDER,
    key: PatientKey | None = None,
    layout: Layout | None = None,
    measured: bool = False,
) -> Scan:
    """Scan every file once.

    What a file is follows from its content, never from its suffix: every file that is not on
    the closed list of litter is read and offered to the decoder.

    Args:
        files: Relative POSIX path to a function that reads that file's bytes. Files that say so
            are read in their own order, or many at a time.
        options: Working scale and bounds.
        source: Where the files are read from.
        key: The site's; without one nothing is known of a DICOM's patient, and no name is hidden.
        layout: Of the collection; what it leaves out on purpose is not read.
        measured: Whether each film is measured and made small while its pixels are at hand.
    """
    look = partial(_scan_wanted, options=options, source=source, key=key, measured=measured)
    return Scan(_batched(look, files, options.batch_size, layout), options, key, layout)


def _batched(
    look: Callable[[Item], ScannedFile],
    files: Mapping[str, Reader],
    batch: int,
    layout: Layout | None,
) -> BatchedMap[Item, ScannedFile]:
    title = "reading radiographs"
    in_order, waits = getattr(files, "in_order", False), getattr(files, "waits", False)
    items = _Items(files, tuple(files) if in_order else SortedPaths(files), layout)
    if in_order:
        if engine_in_use() is not None:
            logger.info("A compressed archive is one stream: this process reads it, no worker")
        # One by one: threads that begin at distant files would pull a stream back and forth.
        return BatchedMap(look, items, 1, title, here=True)
    threads = WAITING if waits else CPU_COUNT
    batch = max(1, batch // 4) if waits else batch
    return BatchedMap(look, items, batch, title, threads)


@dataclass(frozen=True)
class _Items(Sequence[Item]):
    """The files to scan; what is held are their paths, and a slice is made when it is asked for.

    Attributes:
        files: Readers by path.
        paths: The paths in the order of the scan.
        layout: What leaves some out on purpose; None leaves out none.
    """

    files: Mapping[str, Reader]
    paths: Sequence[str]
    layout: Layout | None

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return [self._of(path) for path in self.paths[key]]
        return self._of(self.paths[key])

    def _of(self, path: str) -> Item:
        return path, self.files[path], self.layout.left_out(path) if self.layout else ""


def _scan_wanted(
    item: Item, options: IngestionOptions, source: Source, key: PatientKey | None, measured: bool
) -> ScannedFile:
    path, read, left_out = item
    if left_out and not is_litter(path):
        return ScannedFile(path, reason=f"{LEFT_OUT}: {left_out}")
    return scan_file((path, read), options, source, key, measured)
