"""A collection whose labels stand in a table; where the table is silent, paths tell."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pneumoscope.ingestion.entries import Entries, Entry
from pneumoscope.ingestion.labels import Meanings
from pneumoscope.ingestion.layout import (
    SPLIT_FOLDERS,
    TABLE_KEY,
    UNASSIGNED,
    Layout,
    Patient,
    Place,
    fold,
)
from pneumoscope.ingestion.tables import Table
from pneumoscope.naming import Label, Subtype
from pneumoscope.options.collections import CollectionOptions
from pneumoscope.radiographs.recorded import view_of


@dataclass(frozen=True)
class _Verdict:
    """Where a file belongs, or why it is left out, or why it is refused."""

    place: Place | None = None
    left_out: str = ""
    refused: str = ""


class TableLayout(Layout):
    """What tables say of radiographs, and where they are silent, what the paths do.

    Args:
        tables: The tables.
        entries: Their rows by file.
        meanings: What labels mean.
        options: Views that are left out, and whether lists tell the parts.
        **paths_tell: As of `Layout`.
    """

    contradiction = "radiographs have another class in the table than their folders name"
    believed = "table"
    partless = "are in no part (train, val or test) by the table, although others are"

    def __init__(
        self,
        tables: Sequence[Table],
        entries: Entries,
        meanings: Meanings,
        options: CollectionOptions,
        **paths_tell: Any,
    ):
        """Take the tables for the labels and `paths_tell` for what they do not say."""
        super().__init__(**paths_tell)
        self._table, self._entries, self._meanings = tables[0].name, entries, meanings
        self._labelled = options.columns is not None and options.columns.label is not None
        self._listed = bool(options.splits)
        self._left_out_views = set(map(fold, options.left_out_views))
        self._key = hashlib.sha256(repr([table.rows for table in tables]).encode()).digest()
        self._verdicts: dict[str, _Verdict] = {}
        self.remarks = entries.remarks

    def left_out(self, path: str) -> str:
        """Return why a file is left out on purpose; an empty string where it is not."""
        return super().left_out(path) or self._verdict(path).left_out

    def place(self, path: str) -> Place:
        """Return what the table, and where it is silent the path, says of a file.

        Raises:
            ValueError: No row names the file, or its rows give it no class, two, or a fault.
        """
        verdict = self._verdict(path)
        if verdict.place is None:
            raise ValueError(verdict.refused or verdict.left_out)
        return verdict.place

    def patient(self, path: str, place: Place) -> Patient:
        """Return a hash of the table's key, which tells nobody who it is; else what names tell.

        The hash is keyed by the content of the tables: who has not them cannot try out keys.
        """
        entry = self._entries.get(self.real(path))
        named = entry.one("patient") if entry else ""
        if not named:
            return super().patient(path, place)
        digest = hmac.new(self._key, fold(named).encode(), hashlib.sha256).hexdigest()[:16]
        subtype = Subtype.NORMAL if place.label is Label.NORMAL else place.subtype
        return Patient(f"{TABLE_KEY}{digest}", subtype or Subtype.UNKNOWN, matched=True)

    def recorded(self, path: str) -> Mapping[Any, Any]:
        """Return age, sex, view and so on, by column, as far as the table tells them."""
        entry = self._entries.get(self.real(path))
        return entry.recorded if entry else {}

    def contradicts(self, path: str, place: Place) -> bool:
        """Tell whether folders speak of another class than the table does."""
        folders = map(fold, PurePosixPath(path).parts[:-1])
        labels = {self._labels[name] for name in folders if name in self._labels}
        return bool(labels and place.label not in labels)

    def _verdict(self, path: str) -> _Verdict:
        path = self.real(path)
        if path not in self._verdicts:
            try:
                self._verdicts[path] = self._judge(path)
            except ValueError as error:
                self._verdicts[path] = _Verdict(refused=str(error))
        return self._verdicts[path]

    def _judge(self, path: str) -> _Verdict:
        entry = self._entries.get(path)
        if entry is None:
            raise ValueError(f"no row of {self._table} names the file")
        if entry.faults:
            raise ValueError(entry.faults[0])
        if self._labelled and not entry.labels:
            raise ValueError(f"{self._table} gives it no label")
        meaning = self._meanings.of(entry.labels)
        if meaning.label is None:
            return _Verdict(left_out=meaning.left_out, refused=meaning.refused)
        views = map(view_of, entry.values.get("view", ()))
        if lateral := sorted(view for view in views if fold(view) in self._left_out_views):
            return _Verdict(left_out=f"view {lateral[0]!r}")
        entry.one("patient")
        subtype = entry.subtype if meaning.label is Label.PNEUMONIA else None
        return _Verdict(Place(self._part(path, entry), meaning.label, subtype))

    def _part(self, path: str, entry: Entry) -> str:
        named = entry.one("split")
        if not named:
            return UNASSIGNED if self._listed else self.part(path)
        if fold(named) not in SPLIT_FOLDERS:
            raise ValueError(f"its split {named[:20]!r} is none of train, val and test")
        return SPLIT_FOLDERS[fold(named)].value
