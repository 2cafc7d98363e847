"""Cuts of train: films left out in which the periphery points to the other class.

A recipe that is fitted on the rest of each cut shows there what it does on films from elsewhere.
Nothing of validation or test is needed for it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import BoolArray, IntArray
from pneumoscope.naming import Label
from pneumoscope.robustness.domain_classifier import too_few

Patients = NDArray[np.str_]

_NAMES = (Label.NORMAL, Label.PNEUMONIA)


@dataclass(frozen=True, eq=False)
class Cut:
    """Train in three parts that share no patient; what is in none of them is left out.

    Attributes:
        name: What tables call it.
        fitted: Shape (n,), films to train on.
        clean: Films like those, to validate on.
        hard: Films left out that are unlike those.
    """

    name: str
    fitted: BoolArray
    clean: BoolArray
    hard: BoolArray


def cut_out(
    name: str, hard: BoolArray, label: BoolArray, patient: Patients, share: float, seed: int
) -> Cut:
    """Leave out the patients of hard films, and cut clean validation from the others.

    Args:
        name: What tables call it.
        hard: Shape (n,), the films that are left out.
        label: Shape (n,), true for PNEUMONIA.
        patient: Shape (n,), the key of the patient behind each film.
        share: Of the other patients of each class that clean validation gets, in (0, 1).
        seed: Seed of that choice.
    """
    others = ~np.isin(patient, patient[hard])
    clean = others & _of_patients(label, patient, others, share, seed)
    return Cut(name, others & ~clean, clean, hard)


def counter_cuts(
    hard: BoolArray, label: BoolArray, patient: Patients, cuts: int, share: float, seed: int
) -> list[Cut]:
    """Leave out the hard films of a part of the patients in turn, the others' stay in train.

    Args:
        hard: Shape (n,), the hard films of train, as `hard_films` finds them.
        label: Shape (n,), true for PNEUMONIA.
        patient: Shape (n,), the key of the patient behind each film.
        cuts: In how many parts the patients of hard films are divided; 1 leaves all of them out.
        share: As in `cut_out`.
        seed: Seed of the division and of clean validation.
    """
    part = _parts(label, patient, hard, cuts, seed)
    return [
        cut_out(
            f"counter-examples {number + 1} of {cuts}", hard & (part == number),
            label, patient, share, seed,
        )
        for number in range(cuts)
    ]  # fmt: skip


def site_cuts(
    pseudo_site: pd.Series, label: BoolArray, patient: Patients, share: float, seed: int
) -> list[Cut]:
    """Leave out each pseudo-site whole, in turn; one with too few films of a class is passed over.

    Args:
        pseudo_site: Shape (n,), the pseudo-site of each film; None where there is none.
        label: Shape (n,), true for PNEUMONIA.
        patient: Shape (n,), the key of the patient behind each film.
        share: As in `cut_out`.
        seed: Seed of clean validation.
    """
    found = [
        cut_out(
            f"pseudo-site {name} left out", (pseudo_site == name).to_numpy(),
            label, patient, share, seed,
        )
        for name in sorted(pseudo_site.dropna().unique())
    ]  # fmt: skip
    return [cut for cut in found if _enough(cut, label, patient)]


def swapped_cut(
    pseudo_site: pd.Series, label: BoolArray, patient: Patients, share: float, seed: int
) -> Cut | None:
    """Leave out of every pseudo-site the class that is rarer there than elsewhere.

    What is left shares no pseudo-site between the classes, and in what is left out every
    pseudo-site points the other way: whoever tells the pseudo-site instead of the disease fails.

    Args:
        pseudo_site: Shape (n,), the pseudo-site of each film; None where there is none.
        label: Shape (n,), true for PNEUMONIA.
        patient: Shape (n,), the key of the patient behind each film.
        share: As in `cut_out`.
        seed: Seed of clean validation.

    Returns:
        The cut; None without pseudo-sites, or with too few films of a class.
    """
    if pseudo_site.isna().all():
        return None
    ill = pd.Series(label, pseudo_site.index).groupby(pseudo_site).mean()
    # NaN, of a film without a pseudo-site, is above nothing.
    expected = (pseudo_site.map(ill) > label.mean()).to_numpy()
    known = pseudo_site.notna().to_numpy()
    cut = cut_out("pseudo-sites swapped", known & (expected != label), label, patient, share, seed)
    return cut if _enough(cut, label, patient) else None


def _enough(cut: Cut, label: BoolArray, patient: Patients) -> bool:
    return all(
        too_few(label[part], patient[part], _NAMES) is None for part in (cut.hard, cut.fitted)
    )


def _of_patients(
    label: BoolArray, patient: Patients, among: BoolArray, share: float, seed: int
) -> BoolArray:
    """Return the films of a share of some patients of each class."""
    return among & (_parts(label, patient, among, max(2, round(1 / share)), seed) == 0)


def _parts(
    label: BoolArray, patient: Patients, among: BoolArray, parts: int, seed: int
) -> IntArray:
    """Deal the patients of some films out, those with PNEUMONIA apart; -1 for all other films."""
    rng = np.random.default_rng(seed)
    ill = pd.Series(label[among]).groupby(patient[among]).any()
    dealt = pd.Series(0, ill.index)
    for of_class in (False, True):
        keys = ill.index[ill == of_class]
        dealt[rng.permutation(keys)] = np.arange(len(keys)) % parts
    return np.asarray(pd.Series(patient).map(dealt).fillna(-1), dtype=np.int64)
