"""Formats that kedro-datasets knows, saved so that a file appears whole or not at all."""

from collections.abc import Sequence
from copy import copy
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from fsspec import AbstractFileSystem, filesystem
from kedro.io.core import get_filepath_str
from kedro_datasets import json, pandas, text

from pneumoscope.datasets.atomic import AtomicSave

if TYPE_CHECKING:
    from pandas import DataFrame


class _KedroFormat(AtomicSave[Any]):
    """Saves by the dataset of kedro-datasets that follows among the bases."""

    _protocol: str
    _fs: AbstractFileSystem

    def save(self, data: Any) -> None:
        """Write beside the place and rename; to a remote store, send the finished file."""
        if self._protocol == "file":
            super().save(data)
            return
        target = get_filepath_str(self._get_save_path(), self._protocol)
        with TemporaryDirectory() as folder:
            finished = Path(folder) / self._filepath.name
            self._write(finished, data)
            self._fs.put_file(str(finished), target)

    def settle(self) -> None:
        """Finish or clear away what a killed run left on this machine."""
        if self._protocol == "file":
            super().settle()

    def _write(self, path: Path, data: Any) -> None:
        beside = copy(self)
        beside._filepath, beside._version = PurePosixPath(path.as_posix()), None
        beside._protocol, beside._fs = "file", filesystem("file")
        super(AtomicSave, beside).save(data)  # type: ignore[misc]


class CSVDataset(_KedroFormat, pandas.CSVDataset):
    """A table as CSV."""


class ParquetDataset(_KedroFormat, pandas.ParquetDataset):
    """A table as Parquet.

    Attributes:
        wanted: Columns that are read the next time, as far as they are there; None reads all.
    """

    wanted: Sequence[str] | None = None
    _load_args: dict[str, Any]

    def load(self) -> "DataFrame":
        """Read the table, or those of its columns that are wanted this time."""
        wanted, self.wanted = self.wanted, None
        if wanted is None or self._protocol != "file":
            return super().load()
        from pyarrow.parquet import read_schema

        known = read_schema(str(self._get_load_path())).names
        arguments = self._load_args
        self._load_args = {**arguments, "columns": [name for name in known if name in wanted]}
        try:
            return super().load()
        finally:
            self._load_args = arguments


class JSONDataset(_KedroFormat, json.JSONDataset):
    """A document as JSON."""


class TextDataset(_KedroFormat, text.TextDataset):
    """A text."""
