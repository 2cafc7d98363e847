"""A table of labels that lies beside a place of radiographs, or that the user names."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.stores.address import parse
from pneumoscope.datasets.stores.interface import Reader
from pneumoscope.datasets.stores.remote import Remote
from pneumoscope.errors import InputError

OWN_TABLES = ("labels.csv", "labels.tsv")
"""Names under which a table is looked for beside the folder, unless one lies in it."""


class LabelFileDataset(AbstractDataset[None, dict[str, Reader]]):
    """One table of labels outside the folder or archive of radiographs, or none; read-only.

    Loading gives a dict from its name to a function that returns its bytes: of the file that
    `table` names, else of a `labels.csv` beside the folder if there is none in it, or beside the
    archive, else nothing.

    Args:
        table: A path, or any address that fsspec knows; null where the user names none.
        folder: The folder or archive of radiographs, likewise.
        credentials: Arguments of fsspec's file system, as Kedro has them.
    """

    def __init__(
        self,
        table: str | None,
        folder: str,
        credentials: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Remember the places; nothing is read yet."""
        self._table, self._folder = table, folder
        self._credentials = credentials or {}
        self.metadata = metadata

    def load(self) -> dict[str, Reader]:
        """Find the table.

        Raises:
            InputError: The user names one that is not there.
        """
        if self._table is None:
            return self._beside()
        store = self._store(self._table)
        if not store.fs.isfile(store.root):
            raise InputError(
                "a table of labels", f"no file at '{self._table}'",
                "Name another: --params labels=<file>.",
            )  # fmt: skip
        return {store.root.rpartition("/")[2]: partial(store.read, store.root)}

    def save(self, data: None) -> None:
        """Refuse: a user's table is not written."""
        del data
        raise DatasetError("a table of labels is read-only")

    def _beside(self) -> dict[str, Reader]:
        store = self._store(parse(self._folder).place)
        if self._tables_in(store, store.root):
            return {}
        found = self._tables_in(store, store.root.rpartition("/")[0])[:1]
        return {place.rpartition("/")[2]: partial(store.read, place) for place in found}

    def _tables_in(self, store: Remote, folder: str) -> list[str]:
        """Return the tables of a folder by those names; on this machine in any case of theirs."""
        names: Sequence[str] = OWN_TABLES
        # A store is not listed for that: a folder of it can hold millions.
        if "://" not in self._folder:
            with suppress(OSError):
                there = sorted(place.rpartition("/")[2] for place in store.fs.ls(folder, False))
                names = [name for own in OWN_TABLES for name in there if name.casefold() == own]
        return [f"{folder}/{name}" for name in names if store.fs.isfile(f"{folder}/{name}")]

    def _store(self, address: str) -> Remote:
        return Remote(address, self._credentials if "://" in address else {}, {})

    def _describe(self) -> dict[str, Any]:
        return {"table": self._table, "folder": self._folder}
