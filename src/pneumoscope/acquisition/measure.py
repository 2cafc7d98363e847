"""The periphery of all splits measured: what it tells of the class, and the pseudo-sites."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.acquisition.descriptor import NUMBERS, Descriptor, Films
from pneumoscope.acquisition.grouping import Groups, choose_groups
from pneumoscope.acquisition.hard import HardFilms, hard_films
from pneumoscope.acquisition.records import (
    AcquisitionAudit,
    HardPart,
    PseudoSite,
    PseudoSitePart,
)
from pneumoscope.acquisition.verdicts import classifier_verdict, pseudo_sites_verdict, trait
from pneumoscope.arrays import BoolArray, FloatArray, IntArray, SmallFilms
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import Measured, paired_difference
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.ranking import auroc
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.score_arrays import labels_of
from pneumoscope.evaluation.verdict import stretched
from pneumoscope.lookup import split_numbers
from pneumoscope.naming import Column, Label, Split
from pneumoscope.options import AcquisitionOptions
from pneumoscope.robustness.domain_classifier import (
    CROSS_FITTED,
    held_out,
    probabilities,
    ranks_within,
    too_few,
)

PERIPHERY_SCORE = "periphery_score"
"""Column: probability of PNEUMONIA by the periphery alone."""

NEEDED = [
    Column.RADIOGRAPH_ID, Column.SPLIT, Column.PATH, Column.LABEL, Column.PATIENT_ID,
    Column.WIDTH, Column.HEIGHT,
]  # fmt: skip
"""Columns that are needed of rows of the manifest and split."""

_TRAITS = 3
_CLEAR = 0.5
"""Standard deviations between a pseudo-site and the rest from which a trait is named."""


@dataclass(frozen=True, eq=False)
class _Films:
    """All films, each once.

    Attributes:
        split: Shape (n,), the number of the split of each, in their order.
        label: Shape (n,), true for PNEUMONIA.
        patient: Shape (n,), the number of the patient of each, in the order of keys.
    """

    split: IntArray
    label: BoolArray
    patient: IntArray

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "_Films":
        patient = pd.factorize(rows[Column.PATIENT_ID], sort=True)[0]
        return cls(split_numbers(rows[Column.SPLIT]), labels_of(rows), patient)

    def __len__(self) -> int:
        return len(self.label)

    def within(self, split: Split) -> BoolArray:
        return np.asarray(self.split == list(Split).index(split))


def measure_acquisition(
    rows: pd.DataFrame,
    measured: Callable[[pd.Series], pd.DataFrame],
    small: Callable[[pd.Series], SmallFilms],
    options: AcquisitionOptions,
    confidence: float,
    seed: int,
) -> tuple[pd.DataFrame, AcquisitionAudit]:
    """Tell the class by the periphery, and group films by it; train alone is fitted on.

    Args:
        rows: Rows of the manifest and split of all films of all splits, columns `NEEDED`; repeats
            are dropped.
        measured: Gives the columns of `ACQUISITION` of the films of some paths.
        small: Gives the small films of some paths.
        options: Components, and the rule for the number of groups.
        confidence: Coverage of intervals, in (0, 1).
        seed: Seed of folds, halvings and starts.

    Returns:
        Columns radiograph_id, pseudo_site (None where there are none), `PERIPHERY_SCORE` (NaN
        where train has too few films) and hard (no film where there are too few), and the record
        of all.
    """
    once = rows
    if not rows[Column.RADIOGRAPH_ID].is_unique:
        once = rows.drop_duplicates(Column.RADIOGRAPH_ID, ignore_index=True)
    films = _Films.of(once)
    described = _described(once, films, measured, small, options.components, seed)
    groups = _group(films, described, options, seed)
    names = _names(films, described, groups)
    sites = _pseudo_sites(films, described, names, confidence)
    # As boosting takes them, which would copy others; of many films this is the most that is held.
    told = described.astype(np.float32)
    del described
    score, aurocs = _classify(films, told, confidence, seed)
    hard = {split: _hard(films, score, split, options.hard_auroc) for split in Split}
    audit = AcquisitionAudit(
        aurocs,
        classifier_verdict(aurocs),
        groups.tried,
        sites,
        pseudo_sites_verdict(sites, groups.tried),
        {split: _hard_part(films, split, found) for split, found in hard.items()},
    )
    table = pd.DataFrame(
        {
            Column.RADIOGRAPH_ID.value: once[Column.RADIOGRAPH_ID],
            Column.PSEUDO_SITE.value: names,
            PERIPHERY_SCORE: score,
            Column.HARD.value: _is_hard(films, hard),
        }
    )
    return table, audit


def _described(
    rows: pd.DataFrame,
    films: _Films,
    measured: Callable[[pd.Series], pd.DataFrame],
    small: Callable[[pd.Series], SmallFilms],
    components: int,
    seed: int,
) -> FloatArray:
    """Describe films by numbers and components that are fitted on those of train, one a row."""
    paths = rows[Column.PATH]
    aspect = (rows[Column.WIDTH].astype(float) / rows[Column.HEIGHT]).to_numpy()
    seen = Films(aspect, lambda chosen: measured(paths.iloc[chosen]), small(paths))
    train = np.flatnonzero(films.within(Split.TRAIN))
    return Descriptor.fit(seen, train, components, seed).describe(seen)


def _classify(
    films: _Films, described: NDArray[np.float32], confidence: float, seed: int
) -> tuple[FloatArray, dict[Split, Estimate]]:
    """Ask classifiers of the periphery about every film, in train those of other patients."""
    label, train = films.label, films.within(Split.TRAIN)
    score = np.full(len(label), np.nan)
    reason = too_few(label[train], films.patient[train], (Label.NORMAL, Label.PNEUMONIA))
    if reason:
        return score, dict.fromkeys(Split, Estimate(None, reason=reason))
    fitted, asked = (
        pd.DataFrame(_rows_of(described, part), copy=False) for part in (train, ~train)
    )
    score[train], fold = held_out(fitted, label[train], films.patient[train], seed)
    score[~train] = probabilities(fitted, label[train], asked)
    found = {}
    for split in Split:
        part = films.within(split)
        ranked = ranks_within(score[train], fold) if split is Split.TRAIN else score[part]
        sample = Sample.of(label[part], ranked, films.patient[part])
        estimate = auroc(sample, confidence).estimate
        if split is Split.TRAIN:
            bounded = stretched(estimate, CROSS_FITTED)
            estimate = bounded.mapped(lambda bound: min(1.0, max(0.0, bound)))
        found[split] = estimate
    return score, found


def _hard(films: _Films, score: FloatArray, split: Split, most_auroc: float) -> HardFilms:
    part = films.within(split)
    return hard_films(films.label[part], films.patient[part], score[part], most_auroc)


def _hard_part(films: _Films, split: Split, found: HardFilms) -> HardPart:
    hard = np.flatnonzero(films.within(split))[found.members]
    ill = int(films.label[hard].sum())
    counts = {Label.NORMAL: len(hard) - ill, Label.PNEUMONIA: ill}
    patients = len(np.unique(films.patient[hard]))
    return HardPart(counts, patients, found.share, found.auroc, found.reason)


def _is_hard(films: _Films, found: dict[Split, HardFilms]) -> BoolArray:
    hard = np.zeros(len(films), dtype=bool)
    for split, one in found.items():
        hard[films.within(split)] = one.members
    return hard


def _group(films: _Films, described: FloatArray, options: AcquisitionOptions, seed: int) -> Groups:
    train = films.within(Split.TRAIN)
    return choose_groups(
        _rows_of(described, train),
        films.patient[train],
        options.most_pseudo_sites,
        options.prediction_strength,
        seed,
    )


def _rows_of(described: NDArray[Any], part: BoolArray) -> NDArray[Any]:
    """Return the rows of a part, of which nothing is copied where they follow each other."""
    rows = np.flatnonzero(part)
    if len(rows) and len(rows) == rows[-1] - rows[0] + 1:
        return described[rows[0] : rows[-1] + 1]
    return described[rows]


def _names(films: _Films, described: FloatArray, groups: Groups) -> pd.Series:
    """Give each film the letter of the nearest centre, A for the one with most films of train."""
    if groups.fitted is None:
        return pd.Series(None, range(len(films)), dtype=object)
    nearest = groups.fitted.predict(described)
    counts = np.bincount(nearest[films.within(Split.TRAIN)], minlength=groups.fitted.n_clusters)
    letters = {group: chr(ord("A") + place) for place, group in enumerate(np.argsort(-counts))}
    return pd.Series([letters[group] for group in nearest], dtype=object)


def _pseudo_sites(
    films: _Films, described: FloatArray, names: pd.Series, confidence: float
) -> dict[str, PseudoSite]:
    known = sorted(names.dropna().unique())
    alone = 1 - (1 - confidence) / max(1, len(known))
    return {
        name: PseudoSite(
            splits={
                split: _part(films, (names == name).to_numpy() & films.within(split), confidence)
                for split in Split
            },
            traits=_traits(films, described, (names == name).to_numpy()),
            difference=_difference(films, (names == name).to_numpy(), alone),
        )
        for name in known
    }


def _part(films: _Films, members: BoolArray, confidence: float) -> PseudoSitePart:
    patients = len(np.unique(films.patient[members]))
    share = _share(films, members, confidence).estimate
    return PseudoSitePart(int(members.sum()), patients, share)


def _share(films: _Films, members: BoolArray, confidence: float) -> Measured:
    """Return the share of PNEUMONIA among some films, over the patients of all."""
    owner = np.unique(films.patient, return_inverse=True)[1]
    ill, total = (
        np.bincount(owner, part).astype(np.float64) for part in (members & films.label, members)
    )
    return proportion(ill, total, confidence, "no film in this split")


def _difference(films: _Films, members: BoolArray, confidence: float) -> Estimate:
    train = films.within(Split.TRAIN)
    inside, others = (_share(films, part & train, confidence) for part in (members, ~members))
    return paired_difference(inside, others, confidence)


def _traits(films: _Films, described: FloatArray, members: BoolArray) -> list[str]:
    train, standardised = films.within(Split.TRAIN), described[:, : len(NUMBERS)]
    apart = standardised[members & train].mean(axis=0)
    apart -= standardised[~members & train].mean(axis=0)
    order = np.argsort(-np.abs(apart))[:_TRAITS]
    names = list(NUMBERS)
    return [trait(names[one], apart[one] > 0) for one in order if abs(apart[one]) >= _CLEAR]
