"""What should be known of a table that was read: what nothing reads, what nobody understands."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pneumoscope.ingestion.layout import SUBTYPE_FOLDERS, fold
from pneumoscope.ingestion.tables import Table
from pneumoscope.options.collections import ColumnOptions
from pneumoscope.radiographs.recorded import age_of, exposure_of, is_unknown, sex_of

SHOWN = 10
"""Columns that a sentence names."""

_KNOWN = {
    "age": lambda cell: not math.isnan(age_of(cell)),
    "sex": lambda cell: bool(sex_of(cell)) or fold(cell) == "u",
    "exposure": lambda cell: not math.isnan(exposure_of(cell)),
    "subtype": lambda cell: fold(cell) in {*SUBTYPE_FOLDERS, "normal"},
}
"""Kind of column to what tells whether a cell of it is understood; words of others stay words."""


def misread(tables: Sequence[Table]) -> Iterator[str]:
    """Say which tables are in an encoding that had to be guessed."""
    for table in tables:
        if table.encoding in ("cp1252", "latin-1"):
            yield (
                f"{table.name} is not in UTF-8 and was read as {table.encoding}: look at names "
                "with accents."
            )


def not_understood(films: Iterable[Mapping[str, Iterable[str]]]) -> Iterator[str]:
    """Say of how many radiographs a cell is not understood, so that nothing is recorded.

    Args:
        films: For each, kind of column to its different cells.
    """
    counts = Counter(
        what
        for values in films
        for what, knows in _KNOWN.items()
        if any(not is_unknown(cell) and not knows(cell) for cell in values.get(what, ()))
    )
    if counts:
        counted = ", ".join(f"{what} of {number:,}" for what, number in sorted(counts.items()))
        yield (
            "Cells of the table that are not understood and count as not recorded, by "
            f"radiographs: {counted}."
        )


def unread_columns(name: str, tables: Sequence[Table], columns: ColumnOptions) -> Iterator[str]:
    """Say which columns of one's own tables nothing reads, for a split could stand in one.

    Args:
        name: Of the collection.
        tables: Its tables.
        columns: Those that are read.
    """
    read = {fold(one) for names in columns.named.values() for one in names}
    read |= set(map(fold, columns.flags))
    for table in tables:
        unread = [column[:40] for column in table.columns if column not in read]
        if unread:
            more = ", …" if len(unread) > SHOWN else ""
            yield (
                f"Columns of {table.name} that nothing reads: {', '.join(unread[:SHOWN])}{more}. "
                f"`collections.{name}.columns` says which are read."
            )
