"""Formats that kedro-datasets knows, saved so that a file appears whole or not at all."""

from copy import copy
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from fsspec import AbstractFileSystem, filesystem
from kedro.io.core import get_filepath_str
from kedro_datasets import json, pandas, text

from pneumoscope.datasets.atomic import AtomicSave


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
    """A table as Parquet."""


class JSONDataset(_KedroFormat, json.JSONDataset):
    """A document as JSON."""


class TextDataset(_KedroFormat, text.TextDataset):
    """A text."""
