"""Patient leakage: who or what stands in two splits, and the flaws of a protocol."""

from collections import Counter
from dataclasses import fields

import numpy as np
import pandas as pd

from pneumoscope.counts import agreeing, counted_of
from pneumoscope.errors import InputError
from pneumoscope.ingestion.layout import NO_KEY
from pneumoscope.ingestion.similarity import COPY
from pneumoscope.lookup import places_of, split_numbers, with_columns
from pneumoscope.naming import Column, Split, SplitPolicy
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.records import SimilarPair

SHOWN = 5
"""Patients or files that a message names."""

PAIR_COLUMNS = [field.name for field in fields(SimilarPair)]

_PAIRS_AT_ONCE = 100_000
"""Pairs that are joined with the splits of their films at a time."""


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
    known = manifest[[Column.RADIOGRAPH_ID, Column.PATIENT_ID, Column.SHA256]]
    rows = with_columns(splits, known)
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
) -> pd.DataFrame:
    """Return the pairs of films that look alike and stand in two splits.

    Args:
        splits: Columns radiograph_id and split.
        manifest: One row per radiograph.
        similar: Columns first, second and similarity; of byte-identical films one stands for
            all, whichever of them was left out of the splits.

    Returns:
        Columns `PAIR_COLUMNS`, the most similar first.
    """
    # By numbers: there can be more pairs than films, and hashes of both would be joined to each.
    known = manifest[Column.RADIOGRAPH_ID]
    content = np.append(pd.factorize(manifest[Column.SHA256])[0], -1)  # of a film not known
    places = pd.DataFrame(
        {
            "content": content[places_of(splits[Column.RADIOGRAPH_ID], known)],
            "row": np.arange(len(splits), dtype=np.int32),
            "split": split_numbers(splits[Column.SPLIT]).astype(np.int8),
        }
    )
    parts = []
    for start in range(0, max(1, len(similar)), _PAIRS_AT_ONCE):
        some = similar[start : start + _PAIRS_AT_ONCE]
        pairs = pd.DataFrame({"similarity": some["similarity"]})
        for which in ("first", "second"):
            pairs[f"content_{which}"] = content[places_of(some[which], known)]
        for which in ("first", "second"):
            pairs = pairs.merge(
                places.add_suffix(f"_{which}"), on=f"content_{which}", validate="many_to_many"
            )
        apart = pairs["split_first"] != pairs["split_second"]
        parts.append(pairs.loc[apart, ["row_first", "row_second", "similarity"]])
    across = pd.concat(parts, ignore_index=True).sort_values(
        "similarity", ascending=False, kind="stable", ignore_index=True
    )
    first, second = (
        splits.iloc[across[f"row_{which}"]].reset_index(drop=True) for which in ("first", "second")
    )
    columns = [
        first[Column.RADIOGRAPH_ID], first[Column.SPLIT], second[Column.RADIOGRAPH_ID],
        second[Column.SPLIT], across["similarity"], across["similarity"] >= COPY,
    ]  # fmt: skip
    return pd.DataFrame(dict(zip(PAIR_COLUMNS, columns, strict=True)))


def copy_flaws(pairs: pd.DataFrame) -> list[str]:
    """Say where films that look like copies stand in two splits; else nothing.

    Args:
        pairs: As `similar_pairs` gives them.
    """
    copies = pairs[pairs["copy"]]
    if copies.empty:
        return []
    between = Counter(
        " and ".join(split for split in Split if split in both)
        for both in zip(copies["first_split"], copies["second_split"], strict=True)
    )
    counts = ", ".join(f"{n:,} between {splits}" for splits, n in between.items())
    first = copies.iloc[0]
    return [
        f"Pairs of films that look like one picture stored twice and stand in two splits: "
        f"{counts}; for example {first['first']} and {first['second']} (correlation "
        f"{first['similarity']:.2f}). What is measured on a film that stands in two splits is "
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
    known = manifest[[Column.RADIOGRAPH_ID, Column.PATIENT_ID]]
    rows = with_columns(splits, known)
    parts = rows.groupby(Column.PATIENT_ID)[Column.SPLIT].nunique()
    return int((parts > 1).sum())
