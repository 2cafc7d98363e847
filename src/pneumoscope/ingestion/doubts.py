"""What should be doubted of a collection: its files, folders, patients and copies, in words."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from pneumoscope.counts import agreeing, counted_of
from pneumoscope.ingestion.layout import UNASSIGNED, Layout
from pneumoscope.ingestion.litter import LEFT_OUT, LITTER
from pneumoscope.ingestion.records import Duplicates, PatientCounts, Resemblances
from pneumoscope.naming import Column
from pneumoscope.provenance import Sources

SHOWN = 3
"""Examples that a sentence names."""

MANY_COPIES = 0.02
"""Share of byte-identical copies within parts that is put into words; the published has 0.6 %."""

LONGEST = 160
"""Characters of a path that a sentence shows; a path can have thousands."""


def phantom_warnings(sources: Sources) -> list[str]:
    """Say that phantoms are mixed with other radiographs."""
    if not sources.phantoms or sources.only_phantoms:
        return []
    return [
        f"{counted_of(sources.phantoms, sources.total, 'radiograph', 'is', 'are')} synthetic "
        f"{agreeing(sources.phantoms, 'phantom', 'phantoms')} of this project, mixed with others: "
        "no figure says anything about patients."
    ]


def refusal_warnings(refused: pd.DataFrame) -> list[str]:
    """Say which files were not read, by suffix, and which folders were not entered.

    Args:
        refused: Columns path and reason; a path that ends in `/` is a folder. Rows of known
            litter, or without a reason, are passed over.
    """
    unread = refused[Column.REASON]
    refused = refused[~(unread.isin(["", LITTER]) | unread.str.startswith(LEFT_OUT))]
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
    unknown = np.fromiter((bool(layout.place(path).unknown) for path in paths), bool, len(paths))
    unassigned = manifest[Column.SOURCE_SPLIT] == UNASSIGNED
    against = [path for path in paths if layout.contradicts(path, layout.place(path))]
    sentences = []
    if unassigned.any() and not unassigned.all():
        sentences.append(
            f"Radiographs that {layout.partless}: {int(unassigned.sum()):,} "
            f"({_commonest(paths[unassigned].map(_folder))})."
        )
    if unknown.any():
        sentences.append(
            "Radiographs in folders of unknown meaning within a class, which count as that class: "
            f"{int(unknown.sum()):,} ({_commonest(paths[unknown].map(_folder))})."
        )
    if against:
        sentences.append(
            f"{len(against):,} {layout.contradiction}: {_listed(map(_short, against))}. The "
            f"{layout.believed} was believed."
        )
    return sentences


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def leak_warnings(duplicates: Duplicates, patients: PatientCounts, radiographs: int) -> list[str]:
    """Say which patients and copies could make results look better than they are."""
    crossing, copies = len(patients.across_source_splits), duplicates.within_parts
    sentences = {
        f"Patients who stand in more than one of the given parts: {crossing:,}.": crossing,
        "Groups of identical files that stand in more than one of the given parts: "
        f"{len(duplicates.across_splits):,}.": duplicates.across_splits,
        "Groups of identical files that carry both labels: "
        f"{len(duplicates.across_classes):,}.": duplicates.across_classes,
        "Byte-identical copies of radiographs in the same part and class: "
        f"{copies:,} of {radiographs:,} ({copies / radiographs:.0%}), such as "
        f"{duplicates.example}. Every film counts once in the splits.": copies
        > MANY_COPIES * radiographs,
        f"{counted_of(patients.without_pattern, radiographs, 'radiograph', 'has', 'have')} no "
        "patient key: each counts as its own patient, so a patient may stand in two "
        "splits.": patients.without_pattern,
    }
    return [sentence for sentence, present in sentences.items() if present]


def resemblance_warnings(stored_anew: Resemblances, alike: Resemblances) -> list[str]:
    """Say which films look alike as pictures."""
    sentences = []
    if stored_anew.n:
        first = stored_anew.most_similar[0]
        sentences.append(
            f"Pairs of films that look like one picture stored twice, at another quality, size or "
            f"format: {stored_anew.n:,}, such as {first.first} and {first.second}."
        )
    if alike.n:
        first = alike.most_similar[0]
        sentences.append(
            f"Pairs of films of different patients that look alike: {alike.n:,}, such as "
            f"{first.first} and {first.second}. Look at them: two names may be one patient."
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
