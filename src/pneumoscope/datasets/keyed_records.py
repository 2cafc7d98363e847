"""Records by key in one small file, to which every run may add."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.atomic import replacing

Records = Mapping[str, Any]


class KeyedRecordsDataset(AbstractDataset[Records, dict[str, Any]]):
    """Adds records to a JSON file under their keys; loads all that were ever saved.

    Equal keys: the newer record stays. A file that was never written holds no records. Because
    a save may change the file, it must be no output or dependency of a DVC stage.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Describe the file; nothing is read or written yet.

        Args:
            filepath: The JSON file.
            metadata: Layer settings for kedro-viz.
        """
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> dict[str, Any]:
        """Return all records by key.

        Raises:
            DatasetError: The file does not hold records.
        """
        if not self._filepath.is_file():
            return {}
        try:
            records = json.loads(self._filepath.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            records = error
        if not isinstance(records, dict):
            raise DatasetError(
                f"expected records by key in {self._filepath}, received {records!r:.200}; delete "
                "the file, and they are made again"
            )
        return records

    def save(self, data: Records) -> None:
        """Add the records; without any, the file is left alone."""
        if not data:
            return
        records = {**self.load(), **data}
        with replacing(self._filepath) as unfinished:
            text = json.dumps(records, indent=2, sort_keys=True, allow_nan=False)
            unfinished.write_text(f"{text}\n", encoding="utf-8")

    def _exists(self) -> bool:
        # No records are records too: else `--only-missing-outputs` would run nodes to make some.
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath.as_posix()}
