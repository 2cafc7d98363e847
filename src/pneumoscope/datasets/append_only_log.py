"""A table that only grows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from kedro_datasets._typing import TablePreview

from pneumoscope.datasets.atomic import AtomicDataset
from pneumoscope.datasets.shared_file import turn
from pneumoscope.errors import InputError

WHEN = "when"


class AppendOnlyLogDataset(AtomicDataset[pd.DataFrame, pd.DataFrame]):
    """Appends rows to a CSV file, each with the time of saving; loads all that were ever saved.

    Nothing in the file is ever changed or removed. A log that was never written is empty.
    Because every save changes the file, it must be no output or dependency of a DVC stage.

    Args:
        filepath: The CSV file.
        columns: What every row holds, besides `when` (UTC), which comes first.
        metadata: Layer and preview settings for kedro-viz.
    """

    def __init__(
        self, filepath: str, columns: list[str], metadata: dict[str, Any] | None = None
    ) -> None:
        """Describe the file; nothing is read or written yet."""
        super().__init__(filepath, metadata=metadata)
        self._columns = columns

    def save(self, data: pd.DataFrame) -> None:
        """Append the rows."""
        with turn(Path(self._filepath)):
            super().save(data)

    def _read(self, path: Path) -> pd.DataFrame:
        if not path.is_file():
            return pd.DataFrame(columns=[WHEN, *self._columns])
        return pd.read_csv(path)

    def _write(self, path: Path, data: pd.DataFrame) -> None:
        file = Path(self._filepath)
        self._check(data.columns.tolist(), "the rows")
        self._check(self.load().columns.tolist()[1:], f"the file {file}")
        stamped = data.copy()
        stamped.insert(0, WHEN, datetime.now(UTC).isoformat(timespec="seconds"))
        before = file.read_bytes() if file.is_file() else b""
        path.write_bytes(before + stamped.to_csv(index=False, header=not before).encode())

    # kedro-viz reads the name of the returned type to know that this is a table.
    def preview(self, nrows: int = 20) -> TablePreview:
        """Return the latest rows for kedro-viz."""
        return TablePreview(self.load().tail(nrows).to_dict(orient="split"))

    def _check(self, found: list[str], what: str) -> None:
        if found != self._columns:
            raise InputError(
                f"{what} to have the columns {self._columns}",
                str(found),
                "Move the old log aside to begin another.",
            )

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "columns": self._columns}
