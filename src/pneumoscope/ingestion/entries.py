"""The rows of tables, gathered by the radiograph that they name."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pneumoscope.ingestion.labels import flag, labels_of
from pneumoscope.ingestion.layout import SUBTYPE_FOLDERS, fold
from pneumoscope.ingestion.path_index import PathIndex
from pneumoscope.ingestion.table_remarks import misread, not_understood
from pneumoscope.ingestion.tables import Table
from pneumoscope.naming import Column, Split, Subtype
from pneumoscope.options.collections import CollectionOptions
from pneumoscope.radiographs.recorded import age_of, clean, exposure_of, is_unknown, sex_of, view_of

_WORDS = {"manufacturer": Column.MANUFACTURER, "device": Column.DEVICE, "site": Column.SITE}
_YEAR = re.compile(r"(?:18|19|20)\d\d")


@dataclass
class Entry:
    """What the rows of one radiograph say, taken together.

    Attributes:
        labels: All that are given to it.
        values: Kind of column to the different values that its cells hold.
        faults: What is wrong with a row.
    """

    labels: set[str] = field(default_factory=set)
    values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    faults: list[str] = field(default_factory=list)

    def one(self, what: str) -> str:
        """Return the only value of a kind, or an empty string.

        Raises:
            ValueError: There are several.
        """
        found = self.values.get(what, set())
        if len(set(map(fold, found))) > 1:
            raise ValueError(f"its rows differ in the {what}")
        return min(found, default="")

    @property
    def subtype(self) -> Subtype | None:
        """The disease that a column or a label names, if they name one."""
        cells = map(fold, [*self.values.get("subtype", ()), *self.labels])
        known = {SUBTYPE_FOLDERS[word] for word in cells if word in SUBTYPE_FOLDERS}
        return known.pop() if len(known) == 1 else None

    @property
    def recorded(self) -> Mapping[Column, Any]:
        """Age, sex, view and so on, by column, where the rows agree and it can be read."""
        cells = {what: min(v) for what, v in self.values.items() if len(set(map(fold, v))) == 1}
        numbers = {
            Column.AGE: age_of(cells["age"]) if "age" in cells else _age_at(cells),
            Column.EXPOSURE: exposure_of(cells.get("exposure", "")),
        }
        words = {
            Column.SEX: sex_of(cells.get("sex", "")),
            Column.VIEW: view_of(cells.get("view", "")),
            **{column: clean(cells.get(what, "")) for what, column in _WORDS.items()},
        }
        return {
            **{column: number for column, number in numbers.items() if not math.isnan(number)},
            **{column: word for column, word in words.items() if word},
        }


class Entries:
    """The rows of a collection's tables by path, and what of them names no file.

    Args:
        tables: The tables.
        options: What their columns are called.
        index: The files.
    """

    def __init__(self, tables: Sequence[Table], options: CollectionOptions, index: PathIndex):
        """Give every row to its file."""
        assert options.columns is not None
        self._flags, self._separator = options.columns.flags, options.separator
        self._named = options.columns.named
        self._entries: dict[str, Entry] = defaultdict(Entry)
        self._absent: Counter[str] = Counter()
        self._first: dict[str, int] = {}
        self._unclear: set[str] = set()
        for table in tables:
            for line, row in table.rows:
                self._read(table, line, row, index)
        self.remarks = [
            *self._rows_without_file(tables),
            *misread(tables),
            *not_understood(entry.values for entry in self._entries.values()),
        ]

    def __len__(self) -> int:
        """Return how many files have a row."""
        return len(self._entries)

    def get(self, path: str) -> Entry | None:
        """Return what the tables say of a file."""
        return self._entries.get(path)

    def list_as(self, part: Split, paths: Iterable[str]) -> None:
        """Note that files are listed as of a part."""
        for path in paths:
            if path in self._entries:
                self._entries[path].values["split"].add(part.value)

    def _read(self, table: Table, line: int, row: Sequence[str], index: PathIndex) -> None:
        columns = self._named
        called = table.cell(row, columns["file"])
        if called in self._unclear:
            return
        paths = index.find(called)
        if len(paths) > 1:
            self._unclear.add(called)
        if not paths:
            self._absent[table.name] += 1
            self._first.setdefault(table.name, line)
        for path in paths:
            entry = self._entries[path]
            if len(paths) > 1:
                entry.faults.append(f"a row of {table.name} fits {len(paths)} files")
            for what in set(columns) - {"file", "label"}:
                cell = table.cell(row, columns[what])
                # All films of a patient `NA` are not of one.
                if cell and not (what == "patient" and is_unknown(cell)):
                    entry.values[what].add(cell)
            try:
                entry.labels |= set(self._labels(table, row))
            except ValueError as error:
                entry.faults.append(str(error))

    def _labels(self, table: Table, row: Sequence[str]) -> Iterator[str]:
        yield from labels_of(table.cell(row, self._named.get("label", [])), self._separator)
        for name in self._flags:
            yield from filter(None, [flag(name, table.cell(row, [name]))])

    def _rows_without_file(self, tables: Sequence[Table]) -> Iterator[str]:
        for table in tables:
            if absent := self._absent[table.name]:
                yield (
                    f"Rows of {table.name} that name no file that is there: {absent:,} of "
                    f"{len(table.rows):,}, the first in line {self._first[table.name]:,}."
                )


def _age_at(cells: Mapping[str, str]) -> float:
    """Return the years between the birth and the film, by their years alone."""
    born, taken = (_YEAR.search(cells.get(what, "")) for what in ("birth", "date"))
    return age_of(int(taken[0]) - int(born[0])) if born and taken else math.nan
