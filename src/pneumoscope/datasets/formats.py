"""Formats that kedro-datasets knows, saved so that a file appears whole or not at all."""

from copy import copy
from pathlib import Path, PurePosixPath
from typing import Any

from kedro_datasets import json, pandas, text

from pneumoscope.datasets.atomic import AtomicSave


class _KedroFormat(AtomicSave[Any]):
    """Saves by the dataset of kedro-datasets that follows among the bases."""

    _protocol: str

    def save(self, data: Any) -> None:
        """Write beside the place and rename; a remote store shows an object once it is whole."""
        if self._protocol == "file":
            super().save(data)
        else:
            super(AtomicSave, self).save(data)  # type: ignore[misc]

    def settle(self) -> None:
        """Finish or clear away what a killed run left on this machine."""
        if self._protocol == "file":
            super().settle()

    def _write(self, path: Path, data: Any) -> None:
        beside = copy(self)
        beside._filepath, beside._version = PurePosixPath(path.as_posix()), None
        super(AtomicSave, beside).save(data)  # type: ignore[misc]


class CSVDataset(_KedroFormat, pandas.CSVDataset):
    """A table as CSV."""


class ParquetDataset(_KedroFormat, pandas.ParquetDataset):
    """A table as Parquet."""


class JSONDataset(_KedroFormat, json.JSONDataset):
    """A document as JSON."""


class TextDataset(_KedroFormat, text.TextDataset):
    """A text."""
