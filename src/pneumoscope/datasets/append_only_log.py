"""A table that only grows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset
from kedro_datasets._typing import TablePreview

WHEN = "when"


class AppendOnlyLogDataset(AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """Appends rows to a CSV file, each with the time of saving; loads all that were ever saved.

    Nothing in the file is ever changed or removed. A log that was never written is empty.
    Because every save changes the file, it must be no output or dependency of a DVC stage.
    """

    def __init__(
        self, *, filepath: str, columns: list[str], metadata: dict[str, Any] | None = None
    ) -> None:
        """Describe the file; nothing is read or written yet.

        Args:
            filepath: The CSV file.
            columns: What every row holds, besides `when` (UTC), which comes first.
            metadata: Layer and preview settings for kedro-viz.
        """
        self._filepath = Path(filepath)
        self._columns = columns
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Return all rows, the oldest first."""
        if not self._filepath.is_file():
            return pd.DataFrame(columns=[WHEN, *self._columns])
        return pd.read_csv(self._filepath)

    def save(self, data: pd.DataFrame) -> None:
        """Append the rows.

        Raises:
            ValueError: The rows, or those in the file, have other columns.
        """
        self._check(data.columns.tolist(), "the rows")
        self._check(self.load().columns.tolist()[1:], f"the file {self._filepath}")
        self._filepath.parent.mkdir(parents=True, exist_ok=True)
        stamped = data.copy()
        stamped.insert(0, WHEN, datetime.now(UTC).isoformat(timespec="seconds"))
        text = stamped.to_csv(index=False, header=not self._filepath.is_file())
        # One write in append mode: rows of two runs at a time follow each other whole.
        with self._filepath.open("a", encoding="utf-8", newline="") as file:
            file.write(text)

    # kedro-viz reads the name of the returned type to know that this is a table.
    def preview(self, nrows: int = 20) -> TablePreview:
        """Return the latest rows for kedro-viz."""
        return TablePreview(self.load().tail(nrows).to_dict(orient="split"))

    def _check(self, found: list[str], what: str) -> None:
        if found != self._columns:
            raise ValueError(
                f"expected {what} to have the columns {self._columns}, received {found}; "
                "move the old log aside to begin another"
            )

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath.as_posix(), "columns": self._columns}
