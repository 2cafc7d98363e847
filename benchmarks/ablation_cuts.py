"""Cuts of train for the ablation.

In each cut the films that are trained on tell the classes by how they were taken, and *counter*
films are those in whom the cue points the wrong way. Cuts go by patient.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pneumoscope.acquisition.cuts import counter_cuts, swapped_cut
from pneumoscope.acquisition.hard import hard_films

SEED, CLEAN = 0, 0.05


@dataclass(frozen=True)
class Cut:
    """Which films of train a cut trains on, and which it measures; the others are left out."""

    train: np.ndarray
    counter: np.ndarray


def compression(rows: pd.DataFrame) -> Cut:
    """Go by bytes a pixel: NORMAL is large in train, PNEUMONIA small.

    Half of each class's patients agree; the 40 % at the other end run counter.
    """
    rank = pd.Series(0.0, index=rows.index)
    for _, films in rows.groupby("label"):
        cue = films.groupby("patient_id")["bytes_per_pixel"].mean().rank(pct=True)
        rank[films.index] = films["patient_id"].map(cue)
    towards = np.where(rows["label"] == "NORMAL", rank, 1 - rank)
    return Cut(towards > 0.5, towards < 0.4)


def counter_examples(rows: pd.DataFrame) -> Cut:
    """Leave out half of the patients whose periphery looks most like the other class's."""
    label, patient = labels_and_patients(rows)
    hard = hard_films(label, patient, rows["periphery_score"].to_numpy(), 0.5)
    found = counter_cuts(hard.members, label, patient, 2, CLEAN, SEED)[0]
    return Cut(found.fitted | found.clean, found.hard)


def pseudo_sites(rows: pd.DataFrame) -> Cut:
    """Leave out of every pseudo-site the class that is rarer there than elsewhere."""
    found = swapped_cut(rows["pseudo_site"], *labels_and_patients(rows), CLEAN, SEED)
    if found is None:
        raise ValueError("expected pseudo-sites with films of both classes")
    return Cut(found.fitted | found.clean, found.hard)


CUTS: dict[str, Callable[[pd.DataFrame], Cut]] = {
    "counter-examples": counter_examples,
    "pseudo-sites": pseudo_sites,
    "compression": compression,
}


def labels_and_patients(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return which films are PNEUMONIA, and the patient behind each."""
    return (rows["label"] == "PNEUMONIA").to_numpy(), rows["patient_id"].to_numpy(dtype=str)
