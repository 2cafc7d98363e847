"""Files found by what a cell of a table calls them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from pneumoscope.ingestion.file_names import unescape_name
from pneumoscope.ingestion.layout import fold


class PathIndex:
    """Finds the files that a cell names: by path, by the end of one, by name with suffix or not.

    Args:
        paths: Relative POSIX paths, escaped.
    """

    def __init__(self, paths: Iterable[str]):
        """Sort the paths by the name of the file, folded, with and without its suffix."""
        self._by_name: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for path in paths:
            parts = _parts(unescape_name(path))
            for name in {parts[-1], PurePosixPath(parts[-1]).stem}:
                self._by_name[name].append((parts, path))

    def find(self, cell: str) -> list[str]:
        """Return the file that a cell names; several where it does not tell which.

        Backslashes and case make no difference, nor do outer folders that the cell has and the
        path has not, or the other way round. A suffix may be left out.
        """
        *folders, name = _parts(cell) or [""]
        found = [
            (parts, path)
            for parts, path in self._by_name.get(name, [])
            if all(a == b for a, b in zip(reversed(folders), reversed(parts[:-1]), strict=False))
        ]
        exact = [path for parts, path in found if parts[-1] == name]
        spelt = [path for path in exact if unescape_name(path).endswith(cell.strip())]
        return spelt if len(spelt) == 1 else exact or [path for _, path in found]


def _parts(path: str) -> list[str]:
    parts = re.split(r"[\\/]+", path.strip())
    return [fold(part) for part in parts if part not in ("", ".")]
