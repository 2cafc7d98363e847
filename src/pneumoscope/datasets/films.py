"""New radiographs: a folder or archive of them, one of them, or a table that lists them."""

import csv
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.stores.address import parse
from pneumoscope.datasets.stores.archive import LocalBytes, kind_of
from pneumoscope.datasets.stores.interface import Files, Store
from pneumoscope.datasets.stores.local_file import LocalFile
from pneumoscope.errors import InputError
from pneumoscope.ingestion.file_names import escape_name
from pneumoscope.ingestion.litter import is_spreadsheet, is_text
from pneumoscope.ingestion.tables import MARKS

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
        if not address.remote and not address.stated and path.is_file():
            _refuse_spreadsheet(path)
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
            return Files({escape_name(self._path.name): LocalFile(self._path)})
        if repeated := len(names) - len(set(names)):
            logger.warning("Rows that list a film once more: %d; it is predicted once", repeated)
        folder = self._path.resolve().parent
        return Files((escape_name(name), LocalFile(folder / name)) for name in names)

    def _listed(self) -> list[str] | None:
        """Return the names that the table has; None where the file is no table."""
        try:
            encoding = _encoding(self._path)
            return None if encoding is None else list(_names(self._path, encoding))
        except OSError as error:
            raise InputError(
                "a film or a table that can be read", f"'{self._path}': {error.strerror}",
                "Change its permissions, or name another.",
            ) from error  # fmt: skip
        except (UnicodeError, csv.Error) as error:
            raise InputError(
                f"a film, or a table in UTF-8 with a column `{COLUMN}` that names films",
                f"text that cannot be read to its end in '{self._path}': {error}",
                "Save it as CSV in UTF-8.",
            ) from error


def _refuse_spreadsheet(path: Path) -> None:
    with suppress(OSError):
        with path.open("rb") as stream:
            first = stream.read(_SNIFFED)
        if is_spreadsheet(path.name, first):
            raise InputError(
                f"a film, or a table as text with a column `{COLUMN}`",
                f"a spreadsheet, '{path}'",
                "Save it as CSV in UTF-8.",
            )


def _is_archive(path: Path) -> bool:
    try:
        return bool(kind_of(LocalBytes(path)))
    except InputError:
        return False


def _encoding(path: Path) -> str | None:
    """Return the encoding of a table, or None where a file is no text.

    Raises:
        InputError: It is text in an encoding that can only be guessed: names of films would come
            out wrong.
    """
    with path.open("rb") as stream:
        first = stream.read(_SNIFFED)
    marked = next((encoding for mark, encoding in MARKS if first.startswith(mark)), None)
    if marked or not first or (b"\0" not in first and _is_utf8(first)):
        return marked or "utf-8"
    # UTF-16 without its mark has a zero in every other byte, and no other control character.
    if not is_text(first.replace(b"\0", b"")) or first.count(0) > 0.6 * len(first):
        return None
    raise InputError(
        f"a film, or a table with a column `{COLUMN}` in UTF-8, or in UTF-16 with its mark",
        f"text in another encoding in '{path}'",
        "Save it as CSV in UTF-8.",
    )


def _is_utf8(first: bytes) -> bool:
    for end in range(len(first), max(len(first) - 4, 0), -1):  # a character may be cut in two
        try:
            first[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def _names(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, newline="") as stream:
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
