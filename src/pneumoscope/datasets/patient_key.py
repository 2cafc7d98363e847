"""The key of this site as Kedro knows it: an entry of the catalog, never of the results."""

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.ingestion.patient_key import PatientKey


class PatientKeyDataset(AbstractDataset[NoReturn, PatientKey]):
    """A key that is read, or made, by the first film that needs it.

    Args:
        filepath: Where it is kept, outside the results.
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None):
        """Remember the file; nothing is read yet."""
        self._file = Path(filepath).expanduser()
        self.metadata = metadata

    def load(self) -> PatientKey:
        """Return the key, unread."""
        return PatientKey(self._file)

    def save(self, data: NoReturn) -> NoReturn:  # noqa: ARG002
        """Refuse to replace a key: every patient would get another name."""
        raise DatasetError(f"the patient key at '{self._file}' is never written by a run")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._file)}
