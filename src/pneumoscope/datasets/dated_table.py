"""A table that belongs to the user: what stood in its place before is kept."""

import logging
import shutil
from datetime import UTC, datetime
from filecmp import cmp
from itertools import count
from pathlib import Path
from typing import Any

from pneumoscope.datasets.atomic import replacing
from pneumoscope.datasets.formats import CSVDataset

logger = logging.getLogger(__name__)


class DatedTableDataset(CSVDataset):
    """Saves a table as CSV; an earlier file with another content is kept beside it, by its date."""

    def _write(self, path: Path, data: Any) -> None:
        super()._write(path, data)
        earlier = Path(self._filepath)
        if earlier.is_file() and not cmp(earlier, path, shallow=False):
            kept = _dated(earlier)
            with replacing(kept) as unfinished:
                shutil.copy2(earlier, unfinished)
            logger.warning("The earlier %s is kept as %s", earlier.name, kept)


def _dated(file: Path) -> Path:
    """Return a free name with the moment (UTC) at which the file was written."""
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    names = (f"{file.stem}_{written}{'' if n == 1 else f'_{n}'}{file.suffix}" for n in count(1))
    return next(path for path in map(file.with_name, names) if not path.exists())
