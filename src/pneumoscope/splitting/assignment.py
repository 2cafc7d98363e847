"""Splits by patient into train, validation and test: deterministic and stratified."""

from collections.abc import Mapping
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from pneumoscope.arrays import IntArray
from pneumoscope.errors import InputError
from pneumoscope.ingestion.layout import UNASSIGNED
from pneumoscope.ingestion.similarity import COPY
from pneumoscope.lookup import places_of, split_numbers
from pneumoscope.naming import Column, Label, Split, SplitPolicy
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.policy import settled

_GROUP = "group"
"""Column: the number of what has to stay in one split, counted by the first patient's key."""

NEEDED = [
    Column.RADIOGRAPH_ID, Column.PATH, Column.SOURCE_SPLIT, Column.LABEL, Column.SUBTYPE,
    Column.PATIENT_ID, Column.SHA256,
]  # fmt: skip
"""Columns of the manifest that splits are drawn by."""


class ImpossibleSplit(InputError):
    """Radiographs that cannot be split as asked; the message says what to do."""


def assign_splits(
    manifest: pd.DataFrame, similar: pd.DataFrame, options: SplitOptions, seed: int
) -> pd.DataFrame:
    """Give every radiograph its split.

    Patients, and whoever shares a film with them, byte for byte or stored anew, stay together
    where a split is drawn. Within each
    class and subtype the patients are drawn at random until the share is reached, so the
    result depends on the seed and the radiographs, not on the order of the files. Of
    byte-identical files of one class in one split the first alone is kept: each counts once.

    Args:
        manifest: One row per radiograph.
        similar: Pairs of films that look alike: columns first, second and similarity.
        options: Policy, shares and grouping.
        seed: Seed of the draw.

    Returns:
        Columns radiograph_id and split, sorted by split and radiograph. With
        `test_as_validation` the test radiographs appear twice.

    Raises:
        ImpossibleSplit: A part is missing, or a class has too few patients for the splits.
    """
    options, _ = settled(options, manifest)
    rows = manifest[[name for name in manifest if name in NEEDED]].sort_values(
        Column.RADIOGRAPH_ID, ignore_index=True
    )
    rows = rows.assign(**{Column.SHA256: pd.factorize(rows[Column.SHA256])[0]})
    copies = similar[similar["similarity"] >= COPY]
    rows = rows.assign(**{_GROUP: _groups(rows, copies, options.group_by)})
    assigned = _POLICIES[options.policy](rows, options, np.random.default_rng(seed))
    assigned = assigned.drop_duplicates([Column.SPLIT, Column.LABEL, Column.SHA256])
    _check_every_class(assigned)
    # Rows are numbered in the order of their names.
    return assigned.iloc[np.lexsort((assigned.index, split_numbers(assigned[Column.SPLIT])))][
        [Column.RADIOGRAPH_ID, Column.SPLIT]
    ].reset_index(drop=True)


def _groups(rows: pd.DataFrame, copies: pd.DataFrame, group_by: str) -> IntArray:
    """Number the group of each radiograph that has to stay in one split."""
    if group_by == "radiograph":
        return pd.factorize(rows[Column.RADIOGRAPH_ID], sort=True)[0]
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # Each film is tied to the first of its patient, the first of its bytes and its copies.
    number = pd.Series(range(len(rows)), index=rows.index)
    ties = [
        *((number.to_numpy(), number.groupby(rows[c]).transform("min").to_numpy())
          for c in (Column.PATIENT_ID, Column.SHA256)),
        tuple(places_of(copies[end], rows[Column.RADIOGRAPH_ID]) for end in ("first", "second")),
    ]  # fmt: skip
    ends = [np.concatenate([tie[end] for tie in ties]) for end in (0, 1)]
    tied = coo_array((np.ones(len(ends[0])), tuple(ends)), shape=(len(rows), len(rows)))
    _, component = connected_components(tied, directed=False)
    patients = pd.Series(pd.factorize(rows[Column.PATIENT_ID], sort=True)[0])
    return patients.groupby(component).transform("min").to_numpy()


def _official(rows: pd.DataFrame, options: SplitOptions, rng: np.random.Generator) -> pd.DataFrame:
    _require_parts(rows, [Split.TRAIN, Split.TEST], options.policy)
    test = rows[Column.SOURCE_SPLIT] == Split.TEST
    shares = {Split.VALIDATION: options.validation_share}
    return pd.concat(
        [rows[test].assign(**{Column.SPLIT: Split.TEST.value}), _draw(rows[~test], shares, rng)]
    )


def _as_given(rows: pd.DataFrame, options: SplitOptions, rng: np.random.Generator) -> pd.DataFrame:
    del rng
    _require_parts(rows, list(Split), options.policy)
    return rows.assign(**{Column.SPLIT: rows[Column.SOURCE_SPLIT]})


def _given_validation(
    rows: pd.DataFrame, options: SplitOptions, rng: np.random.Generator
) -> pd.DataFrame:
    given = (rows[Column.SOURCE_SPLIT] == Split.VALIDATION).any()
    return (_as_given if given else _official)(rows, options, rng)


def _pooled(rows: pd.DataFrame, options: SplitOptions, rng: np.random.Generator) -> pd.DataFrame:
    shares = {Split.VALIDATION: options.validation_share, Split.TEST: options.test_share}
    return _draw(rows, shares, rng)


def _test_as_validation(
    rows: pd.DataFrame, options: SplitOptions, rng: np.random.Generator
) -> pd.DataFrame:
    del rng
    _require_parts(rows, [Split.TRAIN, Split.TEST], options.policy)
    test = rows[rows[Column.SOURCE_SPLIT] == Split.TEST]
    rest = rows.drop(test.index)
    return pd.concat(
        [
            rest.assign(**{Column.SPLIT: Split.TRAIN.value}),
            test.assign(**{Column.SPLIT: Split.VALIDATION.value}),
            test.assign(**{Column.SPLIT: Split.TEST.value}),
        ]
    )


_POLICIES = {
    SplitPolicy.OFFICIAL: _official,
    SplitPolicy.AS_GIVEN: _as_given,
    SplitPolicy.GIVEN_VALIDATION: _given_validation,
    SplitPolicy.POOLED: _pooled,
    SplitPolicy.TEST_AS_VALIDATION: _test_as_validation,
}


def _draw(
    rows: pd.DataFrame, shares: Mapping[Split, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Draw groups for each share, one class and subtype at a time; the rest is train."""
    groups = _stratified_groups(rows, len(shares) + 1)
    split_of = pd.Series(Split.TRAIN.value, index=groups.index)
    for _, stratum in groups.groupby("stratum"):
        drawn = stratum.iloc[rng.permutation(len(stratum))]
        start = 0
        for left, (split, share) in zip(range(len(shares), 0, -1), shares.items(), strict=True):
            sizes = drawn["n"].to_numpy()[start : len(drawn) - left]
            stop = start + _reach(sizes, share * drawn["n"].sum())
            split_of[drawn.index[start:stop]] = split.value
            start = stop
    return rows.assign(**{Column.SPLIT: rows[_GROUP].map(split_of)})


def _stratified_groups(rows: pd.DataFrame, needed: int) -> pd.DataFrame:
    """Count each group's radiographs (n) and name its class and subtype (stratum)."""
    kinds = rows.assign(stratum=rows[Column.LABEL] + "/" + rows[Column.SUBTYPE])
    # "PNEUMONIA/…" sorts last: a patient with films of both classes counts as PNEUMONIA.
    groups = kinds.groupby(_GROUP).agg(
        n=(Column.RADIOGRAPH_ID, "size"), label=(Column.LABEL, "max"), stratum=("stratum", "max")
    )
    _check_enough_patients(groups["label"], needed)
    # One odd file name must not end a run: a subtype too rare to be shared out joins the rest.
    patients = groups.groupby("stratum")["n"].transform("size")
    commonest = groups.groupby("label")["stratum"].transform(lambda kind: kind.mode()[0])
    return groups.assign(stratum=groups["stratum"].where(patients >= needed, commonest))


def _reach(sizes: np.ndarray, target: float) -> int:
    """Return how many groups, at least one, come closest to `target` radiographs."""
    return 1 + int(np.argmin(np.abs(np.cumsum(sizes) - target)))


def _check_enough_patients(labels: pd.Series, needed: int) -> None:
    for label, received in labels.value_counts().items():
        if received < needed:
            raise ImpossibleSplit(
                f"at least {needed} patients of {label}, one for each split",
                f"{received} (patients who share a film count as one)",
                "Add radiographs, or choose a policy that needs fewer splits.",
            )


def _require_parts(rows: pd.DataFrame, parts: list[Split], policy: SplitPolicy) -> None:
    missing = [part.value for part in parts if not (rows[Column.SOURCE_SPLIT] == part).any()]
    if missing:
        given = ", ".join(sorted(set(rows[Column.SOURCE_SPLIT]) - {UNASSIGNED})) or "none"
        raise ImpossibleSplit(
            f"radiographs in the part(s) {', '.join(missing)}, as policy '{policy}' needs",
            f"radiographs in the part(s) {given}",
            "Use --params split.policy=pooled to cut all splits anew.",
        )
    # Nobody asked for a film of another folder to be trained on.
    unassigned = rows[rows[Column.SOURCE_SPLIT] == UNASSIGNED]
    if len(unassigned):
        folder = PurePosixPath(unassigned[Column.PATH].iloc[0]).parent
        raise ImpossibleSplit(
            f"every radiograph in a part, as policy '{policy}' needs",
            f"{len(unassigned):,} in none, the first in '{folder}'",
            "Move them below train, val or test, or elsewhere, or use --params "
            "split.policy=pooled to cut all splits anew.",
        )


def _check_every_class(assigned: pd.DataFrame) -> None:
    present = set(zip(assigned[Column.SPLIT], assigned[Column.LABEL], strict=True))
    missing = [
        f"{label} in {split}" for split in Split for label in Label if (split, label) not in present
    ]
    if missing:
        raise ImpossibleSplit(
            "both classes in every split",
            f"no {', no '.join(missing)}",
            "Use another split.policy or other shares.",
        )
