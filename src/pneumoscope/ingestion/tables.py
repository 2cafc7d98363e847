"""Tables of labels as text, whatever program wrote them: encoding, separator, quotes, columns."""

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pneumoscope.counts import counted
from pneumoscope.errors import InputError
from pneumoscope.ingestion.layout import fold

SEPARATORS = ",;\t|"
"""What may stand between two cells; that which makes most columns of the first line does."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""How text begins that says its encoding, and which that is."""


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    Attributes:
        name: Of its file.
        columns: Names of its columns, folded, to their places.
        rows: Cells of each row, after the line of its file that the row begins on.
        encoding: That it was read in.
    """

    name: str
    columns: Mapping[str, int]
    rows: Sequence[tuple[int, list[str]]]
    encoding: str

    def has(self, names: Iterable[str]) -> bool:
        """Tell whether one of these columns is there."""
        return any(fold(name) in self.columns for name in names)

    def cell(self, row: Sequence[str], names: Iterable[str]) -> str:
        """Return the first cell of these columns that holds something, without outer spaces."""
        places = (self.columns.get(fold(name)) for name in names)
        found = (row[place].strip() for place in places if place is not None)
        return next(filter(None, found), "")


def read_table(name: str, data: bytes) -> Table:
    """Read a table in UTF-8, UTF-16 with its mark or a Western encoding of one byte.

    No value is ever put into a message: it could name a patient.

    Raises:
        InputError: It is empty, no text, has two columns of one name, or a row with more cells
            than there are columns.
    """
    text, encoding = decoded(name, data)
    first = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    # Without `strict` a quote that nothing closes swallows all rows that follow.
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            names_separator = line == 1 and _tells_separator(cells, separator)
            if not names_separator and any(cell.strip() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"a table in '{name}'", f"line {line}: {error}", _QUOTES) from error
    if len(rows) < 2:
        raise InputError(f"a line of names and rows in '{name}'", counted(len(rows), "line"), _SAVE)
    (_, names), *body = rows
    return Table(name, _columns(name, names), _filled(name, body, len(names)), encoding)


_SAVE = "Save the table as CSV in UTF-8."
_QUOTES = "Close the quote that is opened there, or take it out."


def decoded(name: str, data: bytes) -> tuple[str, str]:
    """Return text and the encoding that it is in.

    Raises:
        InputError: It is no text.
    """
    encodings = next(([e] for mark, e in MARKS if data.startswith(mark)), ["utf-8", "cp1252"])
    for encoding in [*encodings, "latin-1"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, encoding
    raise InputError(f"text in '{name}'", "bytes that are none", _SAVE)


def _tells_separator(cells: Sequence[str], separator: str) -> bool:
    """Tell whether a line is Excel's `sep=;`, which is none of the table."""
    return separator.join(cells).strip().casefold() == f"sep={separator}"


def _columns(name: str, names: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, column in enumerate(names):
        folded = fold(column)
        if folded and columns.setdefault(folded, place) != place:
            raise InputError(
                f"columns of different names in '{name}'", f"'{column.strip()}' twice",
                "Rename one of them.",
            )  # fmt: skip
    return columns


def _filled(
    name: str, rows: Sequence[tuple[int, list[str]]], width: int
) -> list[tuple[int, list[str]]]:
    for line, cells in rows:
        if any(cell.strip() for cell in cells[width:]):
            raise InputError(
                f"at most {width} cells in every row of '{name}', as many as columns",
                f"{len(cells)} in line {line}",
                "Put a cell that holds the separator into quotes; the first line names "
                "the columns.",
            )
    return [(line, [*cells, *[""] * (width - len(cells))]) for line, cells in rows]
