"""A folder of typed records, one JSON file each, as a dictionary by name."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.record import RecordDataset

SUFFIX = ".json"


class RecordFolderDataset(AbstractDataset[None, dict[str, Any]]):
    """Loads all records of a folder by the names of their files; no folder holds none.

    Each file is saved by an entry of its own, a `RecordDataset`. Kedro's PartitionedDataset
    refuses a folder without any.

    Args:
        filepath: The folder.
        record: Dotted path of the dataclass.
        metadata: Layer settings for kedro-viz.
    """

    def __init__(self, filepath: str, record: str, metadata: dict[str, Any] | None = None) -> None:
        """Remember the place; nothing is read yet."""
        self._folder, self._record = Path(filepath), record
        self.metadata = metadata

    def load(self) -> dict[str, Any]:
        """Read every record, sorted by name."""
        files = sorted(self._folder.glob(f"[!.]*{SUFFIX}"))
        return {file.stem: RecordDataset(str(file), self._record).load() for file in files}

    def save(self, data: None) -> None:  # noqa: ARG002
        """Refuse: each record is saved by its own entry."""
        raise DatasetError(f"{self} is read only; save each record by its own entry")

    def _exists(self) -> bool:
        # No records are records too.
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder), "record": self._record}
