"""Patient leakage: who or what stands in two splits, and the flaws of a protocol."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields

import pandas as pd
from pydantic import TypeAdapter

from pneumoscope.counts import agreeing, counted_of
from pneumoscope.errors import InputError
from pneumoscope.ingestion.layout import NO_KEY
from pneumoscope.ingestion.similarity import COPY
from pneumoscope.naming import Column, Split, SplitPolicy
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.records import SimilarPair

SHOWN = 5
"""Patients or files that a message names."""


class LeakingSplit(InputError):
    """Two splits that share a patient or a film; the message names them."""


def check_disjoint(splits: pd.DataFrame, manifest: pd.DataFrame) -> list[str]:
    """Make sure that no patient, by patient keys, and no file, by its bytes, stands in two splits.

    Args:
        splits: Columns radiograph_id and split.
        manifest: One row per radiograph.

    Returns:
        What was checked, in sentences.

    Raises:
        LeakingSplit: A patient or a film stands in two splits.
    """
    rows = splits.merge(manifest, on=Column.RADIOGRAPH_ID, validate="many_to_one")
    for column, what in ((Column.PATIENT_ID, "patients"), (Column.SHA256, "files")):
        parts = rows.groupby(column)[Column.SPLIT].transform("nunique")
        shared = rows[parts > 1].groupby(column)[Column.RADIOGRAPH_ID].unique()
        if len(shared):
            named = [
                " = ".join(films[:2]) if column == Column.SHA256 else str(key)
                for key, films in shared.head(SHOWN).items()
            ]
            raise LeakingSplit(
                f"every split to have its own {what}",
                f"{len(shared)} in more than one: {', '.join(named)}"
                f"{' …' if len(shared) > SHOWN else ''}",
                "Use --params split.policy=pooled, which keeps them together.",
            )
    films = rows[Column.SHA256].nunique()
    return [
        _of_patients(rows),
        f"By their bytes, none of {films:,} different files stands in two splits.",
    ]


def _of_patients(rows: pd.DataFrame) -> str:
    """Say what the keys prove of patients: nothing of films that have none."""
    films = rows.drop_duplicates(Column.RADIOGRAPH_ID)
    keyless = films[Column.PATIENT_ID].str.startswith(NO_KEY)
    patients = films.loc[~keyless, Column.PATIENT_ID].nunique()
    if not keyless.any():
        return f"By their patient keys, none of {patients:,} patients stands in two splits."
    unproven = (
        f"{counted_of(int(keyless.sum()), len(films), 'radiograph', 'has', 'have')} no patient "
        "key: whether their patients stand in two splits is not known, and nothing here proves "
        "that they do not."
    )
    known = f"By their keys, none of {patients:,} other patients does. " if patients else ""
    return f"{known}{unproven}"


def similar_pairs(
    splits: pd.DataFrame, manifest: pd.DataFrame, similar: pd.DataFrame
) -> list[SimilarPair]:
    """Return the pairs of films that look alike and stand in two splits.

    Args:
        splits: Columns radiograph_id and split.
        manifest: One row per radiograph.
        similar: Columns first, second and similarity; of byte-identical films one stands for
            all, whichever of them was left out of the splits.
    """
    bytes_of = manifest.set_index(Column.RADIOGRAPH_ID)[Column.SHA256]
    places = splits.assign(bytes=splits[Column.RADIOGRAPH_ID].map(bytes_of))
    pairs = similar.assign(
        **{f"bytes_{which}": similar[which].map(bytes_of) for which in ("first", "second")}
    )
    for which in ("first", "second"):
        pairs = pairs.merge(
            places.add_suffix(f"_{which}"), on=f"bytes_{which}", validate="many_to_many"
        )
    apart = pairs[pairs["split_first"] != pairs["split_second"]].sort_values(
        "similarity", ascending=False, kind="stable"
    )
    found = apart.assign(
        first=apart["radiograph_id_first"],
        first_split=apart["split_first"],
        second=apart["radiograph_id_second"],
        second_split=apart["split_second"],
        copy=apart["similarity"] >= COPY,
    )[[field.name for field in fields(SimilarPair)]]
    return TypeAdapter(list[SimilarPair]).validate_python(found.to_dict("records"))


def copy_flaws(pairs: Sequence[SimilarPair]) -> list[str]:
    """Say where films that look like copies stand in two splits; else nothing."""
    copies = [pair for pair in pairs if pair.copy]
    if not copies:
        return []
    between = Counter(
        " and ".join(split for split in Split if split in (pair.first_split, pair.second_split))
        for pair in copies
    )
    counts = ", ".join(f"{n:,} between {splits}" for splits, n in between.items())
    first = copies[0]
    return [
        f"Pairs of films that look like one picture stored twice and stand in two splits: "
        f"{counts}; for example {first.first} and {first.second} (correlation "
        f"{first.similarity:.2f}). What is measured on a film that stands in two splits is "
        "optimistically biased."
    ]


def protocol_flaws(
    splits: pd.DataFrame, manifest: pd.DataFrame, options: SplitOptions
) -> list[str]:
    """Name the optimistic bias of a protocol that repeats a published mistake; else nothing."""
    flaws = []
    if options.policy is SplitPolicy.TEST_AS_VALIDATION:
        flaws.append(
            "Validation is the test part: epoch and threshold were chosen on the radiographs "
            "that are reported, so the test figures are optimistically biased."
        )
    if options.group_by == "radiograph":
        flaws.append(
            "The split ignores patients. Those who stand in more than one split: "
            f"{_leaked(splits, manifest):,}, so the test figures are optimistically biased."
        )
    elif options.policy is SplitPolicy.GIVEN_VALIDATION:
        shared = _leaked(splits[splits[Column.SPLIT] != Split.TEST], manifest)
        if shared:
            flaws.append(
                f"The given validation shares patients with train: {shared:,} "
                f"{agreeing(shared, 'stands', 'stand')} in both, so epoch and threshold "
                "were chosen on films that look like training."
            )
    return flaws


def _leaked(splits: pd.DataFrame, manifest: pd.DataFrame) -> int:
    """Count the patients that stand in more than one split."""
    rows = splits.merge(manifest, on=Column.RADIOGRAPH_ID)
    parts = rows.groupby(Column.PATIENT_ID)[Column.SPLIT].nunique()
    return int((parts > 1).sum())
