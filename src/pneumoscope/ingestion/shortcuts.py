"""How well a class can be told by numbers of the file, or of what lies outside the centre."""

import math
from collections.abc import Mapping, Sequence
from itertools import chain

import pandas as pd

from pneumoscope.evaluation.ranking import auroc
from pneumoscope.evaluation.sample import Sample
from pneumoscope.ingestion.layout import UNASSIGNED
from pneumoscope.ingestion.recorded_shortcuts import (
    BEING,
    RECORDED_COLUMNS,
    recorded_features,
)
from pneumoscope.ingestion.records import Shortcut
from pneumoscope.naming import Column, Label, Split
from pneumoscope.radiographs.measured import ACQUISITION

SHORTCUTS = {
    "width": "the width in pixels",
    "height": "the height in pixels",
    "area": "the number of pixels",
    "aspect": "the aspect ratio",
    "bytes": "the file size",
    "bytes_per_pixel": "compression (bytes per pixel)",
    "colour": "being stored in colour",
}
"""Numbers that say nothing of a lung; a model that can read the class off one may learn it."""

RECORDED_NUMBERS = {"bits": "the bits a sample", "exposure": "the exposure"}

FEWEST = 10
"""Radiographs of each class below which an AUROC is noise and a part is passed over."""

BEYOND_CHANCE = 3.3
"""Standard errors from 0.5 that an AUROC must lie before it is put into words.

Of seven numbers of the file and ten of the acquisition, in three parts, that all know nothing, one
or more are then warned of in less than 5 % of runs.
"""

CONFIDENCE = 0.95
"""Coverage of each interval."""


def shortcut_values(manifest: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of `SHORTCUTS`, one column each, in the order of the manifest."""
    width, height = manifest[Column.WIDTH], manifest[Column.HEIGHT]
    return pd.DataFrame(
        {
            "width": width,
            "height": height,
            "area": width * height,
            "aspect": width / height,
            "bytes": manifest[Column.BYTES],
            "bytes_per_pixel": manifest[Column.BYTES_PER_PIXEL],
            "colour": ~manifest[Column.MODE].isin(["L", "1", "I", "I;16"]),
        }
    ).astype(float)


def measure_shortcuts(
    manifest: pd.DataFrame, warn_auroc: float, acquisition: pd.DataFrame | None = None
) -> list[Shortcut]:
    """Measure each number alone in each part with enough of both classes.

    The numbers are `SHORTCUTS`, those of `ACQUISITION`, and what is on record.

    Args:
        manifest: One row per radiograph.
        warn_auroc: From this AUROC on, in either direction, a shortcut is warned of if it is
            beyond chance.
        acquisition: The columns of `ACQUISITION` in the order of the manifest; None measures none.
    """
    tables = [shortcut_values(manifest)]
    if acquisition is not None:
        tables.append(acquisition[list(ACQUISITION)].set_axis(manifest.index))
    # Rows are taken for each number: of all columns that would cost more than the measure.
    people = manifest[[Column.LABEL]].assign(
        # Numbers in the order of keys: a key of each film would be sorted for each number.
        **{Column.PATIENT_ID: pd.factorize(manifest[Column.PATIENT_ID], sort=True)[0]}
    )
    positive = people[Column.LABEL] == Label.PNEUMONIA
    found = []
    parts = manifest.groupby(Column.SOURCE_SPLIT).groups
    for part in [part for part in (*Split, UNASSIGNED) if part in parts]:
        rows = parts[part]
        if positive[rows].value_counts().reindex([False, True], fill_value=0).min() < FEWEST:
            continue
        measured = ((name, [table.loc[rows, name]]) for table in tables for name in map(str, table))
        on_record = manifest.loc[rows, [name for name in RECORDED_COLUMNS if name in manifest]]
        for _, numbers in chain(measured, recorded_features(on_record)):
            shortcuts = [
                one for number in numbers if (one := _measure(part, number, people, warn_auroc))
            ]
            # Of names of one kind the one that tells most stands for all.
            found += sorted(shortcuts, key=lambda one: -round(one.strength, 9))[:1]
    return found


def _measure(
    part: str, number: pd.Series, people: pd.DataFrame, warn_auroc: float
) -> Shortcut | None:
    """Measure one number on those radiographs of a part that have it, unless they are too few."""
    rows = people.loc[number.index]
    positive = rows[Column.LABEL] == Label.PNEUMONIA
    if positive.value_counts().reindex([False, True], fill_value=0).min() < FEWEST:
        return None
    concern = max(warn_auroc, 0.5 + BEYOND_CHANCE * _chance(rows))
    sample = Sample.of(positive, number.rank(pct=True), rows[Column.PATIENT_ID])
    found = auroc(sample, CONFIDENCE).estimate
    assert found.value is not None  # Both classes are there.
    warns = max(found.value, 1 - found.value) >= concern
    return Shortcut(part, str(number.name), found.value, warns, found.low, found.high)


def _chance(rows: pd.DataFrame) -> float:
    """Return the standard error of the AUROC of a number that has nothing to do with the class.

    Of independent values without ties (Mann and Whitney 1947); counted by patients, since films
    of one patient are alike.
    """
    ill, well = (
        rows.loc[rows[Column.LABEL] == label, Column.PATIENT_ID].nunique() for label in Label
    )
    return math.sqrt((ill + well + 1) / (12 * ill * well))


def shortcut_warnings(shortcuts: Sequence[Shortcut]) -> list[str]:
    """Say which numbers tell the classes of a part apart, of the file and off the centre."""
    of_file = _named([one for one in shortcuts if one.feature not in ACQUISITION])
    off_centre = _named([one for one in shortcuts if one.feature in ACQUISITION])
    return [
        *(
            f"In {part} a class can be told without looking at the lungs, by any of these alone: "
            f"{'; '.join(named)}. A model may learn that instead."
            for part, named in of_file.items()
        ),
        *(
            f"In {part} a class can be told from what lies outside the centre, by any of these "
            f"alone: {'; '.join(named)}. A model may learn who took a film, not what it shows."
            for part, named in off_centre.items()
        ),
    ]


def _named(shortcuts: Sequence[Shortcut]) -> Mapping[str, list[str]]:
    """Name those that are warned of by part, the strongest first."""
    by_part: dict[str, list[str]] = {}
    for found in sorted(shortcuts, key=lambda one: -one.strength):
        if found.warns:
            more, less = ("commoner", "rarer") if BEING in found.feature else ("higher", "lower")
            end = more if found.auroc > 0.5 else less
            words = _WORDS.get(found.feature, f"that the {found.feature}")
            by_part.setdefault(_part(found.source_split), []).append(
                f"{words} (AUROC {found.strength:.2f}, {end} in PNEUMONIA)"
            )
    return by_part


_WORDS = {**SHORTCUTS, **ACQUISITION, **RECORDED_NUMBERS}


def _part(source_split: str) -> str:
    return "the data" if source_split == UNASSIGNED else source_split
