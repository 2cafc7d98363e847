"""What should be doubted of a collection's files and folders, in sentences."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

import pandas as pd

from pneumoscope.ingestion.layout import UNASSIGNED, Layout
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.naming import Column

SHOWN = 3
"""Examples that a sentence names."""

LONGEST = 160
"""Characters of a path that a sentence shows; a path can have thousands."""


def refusal_warnings(refused: pd.DataFrame) -> list[str]:
    """Say which files were not read, by suffix, and which folders were not entered.

    Args:
        refused: Columns path and reason; a path that ends in `/` is a folder. Rows of known
            litter, or without a reason, are passed over.
    """
    refused = refused[~refused[Column.REASON].isin(["", LITTER])]
    are_folders = refused[Column.PATH].str.endswith("/").to_numpy(dtype=bool)
    files, folders = refused[~are_folders], refused[are_folders]
    sentences = []
    if len(files):
        suffixes = files[Column.PATH].map(lambda path: PurePosixPath(path).suffix.lower())
        kinds = files[Column.REASON].str.split(":").str[0]
        first = files.groupby(kinds)[Column.PATH].transform("first")
        reasons = kinds + " as in " + first.map(_short)
        sentences.append(
            f"Files that were not read: {len(files):,} "
            f"({_commonest(suffixes.replace('', 'without a suffix'), len(files))}). Each has its "
            f"reason; the commonest: {_commonest(reasons)}."
        )
    if len(folders):
        sentences.append(
            f"Folders that were not entered, whatever they hold: {len(folders):,} "
            f"({examples(folders)})."
        )
    return sentences


def folder_warnings(manifest: pd.DataFrame, layout: Layout) -> list[str]:
    """Say where folders are of unknown meaning, and where file names contradict them."""
    paths = manifest[Column.PATH]
    parents = paths.map(lambda path: str(PurePosixPath(path).parent))
    places = {parent: layout.place(f"{parent}/film") for parent in parents.unique()}
    unknown = parents.map(lambda parent: bool(places[parent].unknown))
    unassigned = manifest[Column.SOURCE_SPLIT] == UNASSIGNED
    against = [
        path
        for path, parent in zip(paths, parents, strict=True)
        if layout.contradicts(path, places[parent])
    ]
    sentences = []
    if unassigned.any() and not unassigned.all():
        sentences.append(
            f"{int(unassigned.sum()):,} radiographs lie in folders that name no part (train, val "
            f"or test), although others do: {_commonest(parents[unassigned])}."
        )
    if unknown.any():
        sentences.append(
            f"{int(unknown.sum()):,} radiographs lie in folders of unknown meaning within a class "
            f"and count as that class: {_commonest(parents[unknown])}."
        )
    if against:
        sentences.append(
            f"{len(against):,} file names speak of another class or disease than their folders "
            f"do: {_listed(map(_short, against))}. The folder was believed."
        )
    return sentences


def _commonest(values: pd.Series, shown: int = SHOWN) -> str:
    counts = Counter(values).most_common()
    named = [f"{n:,} {value}" for value, n in counts[:shown]]
    return ", ".join([*named, *(["…"] if len(counts) > shown else [])])


def examples(refused: pd.DataFrame) -> str:
    """Return the first rows as "path: reason"."""
    rows = zip(refused[Column.PATH], refused[Column.REASON], strict=True)
    return _listed(f"{_short(path)}: {reason}" for path, reason in rows)


def _listed(values: Iterable[str]) -> str:
    values = list(values)
    return "; ".join([*values[:SHOWN], *(["…"] if len(values) > SHOWN else [])])


def _short(path: str) -> str:
    return path if len(path) <= LONGEST else f"{path[: LONGEST // 2]}…{path[-LONGEST // 2 :]}"
