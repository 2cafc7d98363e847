"""A table and a page that belong to the user: what stood in their place before is kept."""

import logging
import shutil
from datetime import UTC, datetime
from filecmp import cmp
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

from pneumoscope.datasets.atomic import replacing
from pneumoscope.datasets.formats import CSVDataset, TextDataset
from pneumoscope.errors import InputError

logger = logging.getLogger(__name__)


class DatedTableDataset(CSVDataset):
    """Saves a table as CSV; an earlier file with another content is kept beside it, by its date."""

    def _write(self, path: Path, data: Any) -> None:
        super()._write(path, data)
        _keep(Path(self._filepath), path)


class DatedPageDataset(TextDataset):
    """Saves a page beside a table, under its name; an earlier page is kept like an earlier table.

    Args:
        table: The table, whose ending `.html` replaces.
        **settings: As `TextDataset` takes them.
    """

    def __init__(self, table: str, **settings: Any) -> None:
        """Name the page; nothing is read or written yet."""
        ending = PurePosixPath(table).suffix
        stem = table.removesuffix(ending) if ending else table
        if ending.lower() == ".html":
            raise InputError(
                "a file for the table of predictions, beside which their page goes",
                f"'{table}', which would be the page",
                "End it in .csv: --params predictions=<file>.csv",
            )
        super().__init__(filepath=f"{stem}.html", **settings)

    def _write(self, path: Path, data: Any) -> None:
        super()._write(path, data)
        _keep(Path(self._filepath), path)


def _keep(earlier: Path, new: Path) -> None:
    if earlier.is_file() and not cmp(earlier, new, shallow=False):
        kept = _dated(earlier)
        with replacing(kept) as unfinished:
            shutil.copy2(earlier, unfinished)
        logger.warning("The earlier %s is kept as %s", earlier.name, kept)


def _dated(file: Path) -> Path:
    """Return a free name with the moment (UTC) at which the file was written."""
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    names = (f"{file.stem}_{written}{'' if n == 1 else f'_{n}'}{file.suffix}" for n in count(1))
    return next(path for path in map(file.with_name, names) if not path.exists())
