"""Cuts of train for the ablation.

In each cut the films that are trained on tell the classes by how they were taken, and *counter*
films are those in whom the cue points the wrong way. Cuts go by patient.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pneumoscope.acquisition.hard import hard_films
from pneumoscope.robustness.domain_classifier import too_few

SEED = 0


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
    return left_out(hard.members & halved(label, patient, hard.members), patient)


def pseudo_sites(rows: pd.DataFrame) -> Cut:
    """Leave out of every pseudo-site the class that is rarer there than elsewhere.

    What is left shares no pseudo-site between the classes, and in what is left out every
    pseudo-site points the other way: whoever tells the pseudo-site instead of the disease fails.
    """
    label, patient = labels_and_patients(rows)
    site = rows["pseudo_site"].reset_index(drop=True)
    # NaN, of a film without a pseudo-site, is above nothing.
    often_ill = site.map(pd.Series(label).groupby(site).mean()) > label.mean()
    cut = left_out(site.notna().to_numpy() & (often_ill.to_numpy() != label), patient)
    for part in (cut.train, cut.counter):
        if reason := too_few(label[part], patient[part], ("NORMAL", "PNEUMONIA")):
            raise ValueError(f"expected pseudo-sites with films of both classes: {reason}")
    return cut


CUTS: dict[str, Callable[[pd.DataFrame], Cut]] = {
    "counter-examples": counter_examples,
    "pseudo-sites": pseudo_sites,
    "compression": compression,
}


def labels_and_patients(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return which films are PNEUMONIA, and the patient behind each."""
    return (rows["label"] == "PNEUMONIA").to_numpy(), rows["patient_id"].to_numpy(dtype=str)


def left_out(counter: np.ndarray, patient: np.ndarray) -> Cut:
    """Train on the films of all patients that have no counter film."""
    return Cut(~np.isin(patient, patient[counter]), counter)


def halved(label: np.ndarray, patient: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Choose the films of half of the patients behind some films, those with PNEUMONIA apart."""
    rng = np.random.default_rng(SEED)
    ill = pd.Series(label[among]).groupby(patient[among]).any()
    keys = [rng.permutation(ill.index[ill == of_class])[::2] for of_class in (False, True)]
    return np.isin(patient, np.concatenate(keys))
