"""New radiographs: a folder or archive of them, one of them, or a table that lists them."""

import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.stores.address import parse
from pneumoscope.datasets.stores.archive import LocalBytes, kind_of
from pneumoscope.datasets.stores.interface import Files, Store
from pneumoscope.errors import InputError
from pneumoscope.ingestion.file_names import escape_name

logger = logging.getLogger(__name__)

COLUMN = "file"
"""Column of a table that lists films: a path, absolute or from the folder of the table."""

_SNIFFED = 65_536
_DELIMITERS = ",;\t"


class FilmsDataset(RadiographFolderDataset):
    """Reads what `RadiographFolderDataset` reads, and a single file: a film, or a table of films.

    Which of the two a file is follows from its content: a table is text. Its column `file` names
    the films, each by an absolute path or by one from the folder of the table; other columns are
    left alone. A film that is listed and not there raises OSError where it is read, so it gets its
    row with that reason.
    """

    def _store(self) -> Store:
        address = parse(self._filepath)
        path = address.path
        if address.remote or address.stated or not path.is_file() or _is_archive(path):
            return super()._store()
        return _Listed(path)


class _Listed:
    """The films that one file is, or lists."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def require(self) -> None:
        """Make sure that the file can be read, and names films if it is a table."""
        self._listed()

    def files(self) -> Files:
        """List the films in the order of the table."""
        names = self._listed()
        if names is None:
            return Files({escape_name(self._path.name): _Film(self._path)})
        if repeated := len(names) - len(set(names)):
            logger.warning("Rows that list a film once more: %d; it is predicted once", repeated)
        folder = self._path.resolve().parent
        return Files((escape_name(name), _Film(folder / name)) for name in names)

    def _listed(self) -> list[str] | None:
        """Return the names that the table has; None where the file is no table."""
        try:
            return None if _text(self._path) is None else list(_names(self._path))
        except OSError as error:
            raise InputError(
                "a film or a table that can be read", f"'{self._path}': {error.strerror}",
                "Change its permissions, or name another.",
            ) from error  # fmt: skip
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(
                f"a film, or a table in UTF-8 with a column `{COLUMN}` that names films",
                f"text that cannot be read to its end in '{self._path}': {error}",
                "Save it as CSV in UTF-8.",
            ) from error


@dataclass(frozen=True)
class _Film:
    """One file, read when it is asked for."""

    path: Path

    @property
    def size(self) -> int:
        """Size in bytes."""
        self._check()
        return self.path.stat().st_size

    def __call__(self) -> bytes:
        """Return the bytes of the file; OSError says why there are none."""
        self._check()
        return self.path.read_bytes()

    def _check(self) -> None:
        if not self.path.exists():
            raise OSError("there is no such file")
        if not self.path.is_file():
            raise OSError("a folder, pipe or device, not a file")


def _is_archive(path: Path) -> bool:
    try:
        return bool(kind_of(LocalBytes(path)))
    except InputError:
        return False


def _text(path: Path) -> str | None:
    """Return how a file begins, or None where that is no text."""
    with path.open("rb") as stream:
        first = stream.read(_SNIFFED)
    if b"\0" in first:
        return None
    for end in range(len(first), max(len(first) - 4, 0), -1):  # a character may be cut in two
        try:
            return first[:end].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
    return None


def _names(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header = stream.readline()
        stream.seek(0)
        delimiter = max(_DELIMITERS, key=header.count)
        rows = csv.DictReader(stream, delimiter=delimiter)
        columns = [name.strip() for name in rows.fieldnames or []]
        if COLUMN not in columns:
            raise InputError(
                f"a film, or a table with a column `{COLUMN}` that names films",
                f"text with the columns {columns[:5]} in '{path}'",
                f"Name the column `{COLUMN}`; or name a folder, an archive or a film.",
            )
        rows.fieldnames = columns
        for row in rows:
            if name := (row[COLUMN] or "").strip():
                yield name
