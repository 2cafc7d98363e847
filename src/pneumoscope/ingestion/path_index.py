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
        """List the paths by every end of theirs, folded, with and without suffix."""
        # Not by name alone: all of CheXpert's files are called view1_frontal.jpg.
        self._ends: dict[str, list[str]] = defaultdict(list)
        self._whole: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            *folders, name = _parts(unescape_name(path))
            for called in dict.fromkeys((name, PurePosixPath(name).stem)):
                ends = _ends([*folders, called])
                self._whole[ends[0]].append(path)
                for end in ends:
                    self._ends[end].append(path)

    def find(self, cell: str) -> list[str]:
        """Return the file that a cell names; several where it does not tell which.

        Backslashes and case make no difference, nor do outer folders that the cell has and the
        path has not, or the other way round. A suffix may be left out.
        """
        ends = _ends(_parts(cell))
        if not ends:
            return []
        found = self._ends.get(ends[0], [])
        if not found:
            found = next((self._whole[end] for end in ends[1:] if end in self._whole), [])
        return found if len(found) < 2 else _nearest(found, cell)


def _nearest(found: list[str], cell: str) -> list[str]:
    """Keep those that a cell names with suffix and case, if it does."""
    wanted = _parts(cell)[-1]
    exact = [path for path in found if _parts(unescape_name(path))[-1] == wanted]
    spelt = [path for path in exact if unescape_name(path).endswith(cell.strip())]
    return spelt if len(spelt) == 1 else exact or found


def _parts(path: str) -> list[str]:
    return [part for part in re.split(r"\s*[\\/]+\s*", fold(path)) if part not in ("", ".")]


def _ends(parts: list[str]) -> list[str]:
    return ["/".join(parts[start:]) for start in range(len(parts))]
