"""Worlds of films that tell nothing of the class by who took them."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from interval_coverage import Setting, draw
from null_worlds import OPEN, OPTIONS, SHOWN, Draw, Scenario, read, rows_of

from pneumoscope.acquisition.measure import measure_acquisition
from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.explanation.outside import summarise_outside
from pneumoscope.ingestion.shortcuts import measure_shortcuts, shortcut_warnings
from pneumoscope.naming import Split
from pneumoscope.options import AcquisitionOptions
from pneumoscope.radiographs.measured import ACQUISITION, SMALL_SIDE
from pneumoscope.report.sections.explanation import where_in_words

_MAKERS = ("ACME", "Roentgen", "Curie")
_SITES = 3
"""Groups of films with alike borders."""
_EVEN = 0.6
"""Share of a film that lies outside the centre."""
_HARD = 0.5
"""AUROC of the class by the periphery among hard films, at most."""


def attribution(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether attribution is said to lie elsewhere than evenly spread, of 40 films a class."""
    (sample,) = draw(setting, rng)
    rows = rows_of({Split.TEST: sample}).groupby("label", group_keys=False).head(40)
    patient = sample.patient[rows.index]
    noise = rng.normal(size=sample.patients)[patient] + rng.normal(size=len(rows))
    shares = _EVEN + 0.1 * noise + 0.15 * effect
    found: Any = SimpleNamespace(
        map_size=(7, 7),
        outside=SimpleNamespace(
            even_share=_EVEN,
            classes=summarise_outside(shares, rows, OPTIONS.confidence),
        ),
    )
    return read(where_in_words(found), "On both|On NORMAL|On PNEUMONIA", "never")


def file_numbers(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether numbers without a lung are said to tell the class, of three parts."""
    parts = [_manifest(setting, effect, rng, split) for split in Split]
    manifest = pd.concat(parts, ignore_index=True)
    acquisition = pd.DataFrame(_by_patient(manifest, len(ACQUISITION), rng), columns=[*ACQUISITION])
    found = measure_shortcuts(manifest, 0.7, acquisition)
    return SHOWN if shortcut_warnings(found) else OPEN


def periphery(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether what lies outside the centre is said to tell the class, as three sites look."""
    words = _audit(setting, effect, rng, most=2).verdict
    return read(words, "tells the class with", "by no more than")


def mixed_otherwise(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether a pseudo-site is said to mix the classes otherwise; the effect is that they do."""
    words = _audit(setting, effect, rng).pseudo_sites_verdict
    return read(words, "A model can gain", "never")


WORLDS: dict[str, Scenario] = {
    "attribution lies elsewhere than evenly spread": attribution,
    "a number without a lung tells the class": file_numbers,
    "what lies outside the centre tells the class": periphery,
    "pseudo-sites mix the classes otherwise": mixed_otherwise,
}


def _by_patient(rows: pd.DataFrame, numbers: int, rng: Draw) -> Any:
    patient = pd.factorize(rows["patient_id"])[0]
    of_patient = rng.normal(size=(patient.max() + 1, numbers))[patient]
    return of_patient + rng.normal(size=of_patient.shape)


def _manifest(setting: Setting, effect: bool, rng: Draw, split: Split) -> pd.DataFrame:
    (sample,) = draw(setting, rng)
    rows = rows_of({split: sample}).rename(columns={"split": "source_split"})
    numbers = _by_patient(rows, 4, rng)
    numbers[:, 0] += 3 * effect * sample.label
    high, wide, size, dose = numbers.T
    maker = rng.integers(len(_MAKERS), size=sample.patients)[sample.patient]
    return rows.assign(
        height=1000 + np.round(50 * high), width=1000 + np.round(50 * wide),
        bytes=100_000 + np.round(5000 * size), bytes_per_pixel=0.1 + 0.01 * size,
        mode=np.where(rng.random(len(rows)) < 0.1, "RGB", "L"), exposure=dose,
        manufacturer=np.array(_MAKERS)[maker],
    )  # fmt: skip


def _audit(setting: Setting, effect: bool, rng: Draw, most: int = _SITES + 1) -> Any:
    """Audit films of three sites, which differ in all that lies outside the centre."""
    options = AcquisitionOptions(
        components=8, most_pseudo_sites=most, prediction_strength=0.8, hard_auroc=_HARD
    )
    (sample,) = draw(replace(setting, patients=round(1.25 * setting.patients)), rng)
    site = rng.integers(_SITES, size=sample.patients)[sample.patient]
    if effect:
        site = np.where(sample.label & (rng.random(site.size) < 0.5), 0, site)
    # Of ten patients eight are of train.
    split = np.array([*8 * [Split.TRAIN], Split.VALIDATION, Split.TEST], dtype=object)
    rows = rows_of({Split.TRAIN: sample}).assign(
        split=split[sample.patient % 10], width=1000, height=1000, path=""
    )
    numbers = _by_patient(rows, len(ACQUISITION), rng) + 6 * rng.normal(
        size=(_SITES, len(ACQUISITION))
    )[site]  # fmt: skip
    acquisition = pd.DataFrame(numbers, columns=[*ACQUISITION]).assign(
        radiograph_id=rows["radiograph_id"]
    )
    films = rng.integers(60, 90, size=(len(rows), SMALL_SIDE, SMALL_SIDE), dtype=np.uint8)
    films += 40 * site[:, np.newaxis, np.newaxis].astype(np.uint8)
    _, audit = measure_acquisition(
        rows, acquisition, lambda _: films, options, OPTIONS.confidence, seed=7
    )
    return audit
