"""Records by key in one small file, to which every run may add."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pneumoscope.datasets.atomic import AtomicDataset
from pneumoscope.datasets.shared_file import turn
from pneumoscope.errors import InputError

Records = Mapping[str, Any]


class KeyedRecordsDataset(AtomicDataset[Records, dict[str, Any]]):
    """Adds records to a JSON file under their keys; loads all that were ever saved.

    Equal keys: the newer record stays. A file that was never written holds no records. Because
    a save may change the file, it must be no output or dependency of a DVC stage.
    """

    def save(self, data: Records) -> None:
        """Add the records; without any, the file is left alone."""
        if data:
            with turn(Path(self._filepath)):
                super().save(data)

    def _read(self, path: Path) -> dict[str, Any]:
        if not path.is_file():
            return {}
        try:
            records = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            records = error
        if not isinstance(records, dict):
            raise InputError(
                f"records by key in {path}",
                f"{records!r:.200}",
                "Delete the file, and they are made again.",
            )
        return records

    def _write(self, path: Path, data: Records) -> None:
        records = {**self.load(), **data}
        text = json.dumps(records, indent=2, sort_keys=True, allow_nan=False)
        path.write_text(f"{text}\n", encoding="utf-8")

    def _exists(self) -> bool:
        # No records are records too: else `--only-missing-outputs` would run nodes to make some.
        return True
