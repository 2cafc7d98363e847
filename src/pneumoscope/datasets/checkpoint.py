"""A folder for what an interrupted training goes on from."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.atomic import replacing
from pneumoscope.models.resume.checkpoint import Record

_FACTS = "facts"


class CheckpointFolder:
    """A record in a folder, one `.npz` file, written whole or not at all.

    Args:
        folder: The folder; it is made with the first record.
    """

    def __init__(self, folder: Path) -> None:
        """Remember the folder; nothing is read yet."""
        self._folder, self._file = folder, folder / "state.npz"

    def read(self) -> Record | None:
        """Return the record, or None where there is none.

        Raises:
            ValueError: The file is damaged.
        """
        if not self.there():
            return None
        try:
            # Without pickle, so that a file cannot carry code.
            with self._file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
                arrays = {key: stored[key] for key in stored.files}
            return Record(json.loads(str(arrays.pop(_FACTS))), arrays)
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error

    def there(self) -> bool:
        """Tell whether there is a record, without reading it."""
        return self._file.is_file()

    def write(self, record: Record) -> None:
        """Put a record in the place of the last one; a kill leaves one of the two."""
        facts = np.array(json.dumps(record.facts))
        with replacing(self._file) as file, file.open("wb") as opened:
            np.savez(opened, allow_pickle=False, **{_FACTS: facts}, **record.arrays)

    def set_aside(self) -> str:
        """Rename the record, in place of one set aside before; return its new path."""
        aside = self._folder / "state.set_aside.npz"
        self._file.replace(aside)
        return str(aside)

    def remove(self) -> None:
        """Remove the record, but not one set aside, and the folder once it is empty."""
        self._file.unlink(missing_ok=True)
        if self._folder.is_dir() and not any(self._folder.iterdir()):
            self._folder.rmdir()


class CheckpointDataset(AbstractDataset[None, CheckpointFolder]):
    """A store of checkpoints, which the node that trains reads, writes and removes by itself.

    To the graph it is an input: no node waits for it and none saves it. DVC must not track it:
    it would empty the folder before it runs the training again.

    Args:
        filepath: The folder.
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None):
        """Remember the folder; nothing is read yet."""
        self._folder = Path(filepath)
        self.metadata = metadata

    def load(self) -> CheckpointFolder:
        """Return the store; nothing is read yet."""
        return CheckpointFolder(self._folder)

    def save(self, data: None) -> None:  # noqa: ARG002
        """Refuse: records are written through the store.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError("a checkpoint is written by the training that loads it, not saved")

    def _exists(self) -> bool:
        return self._folder.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder)}
