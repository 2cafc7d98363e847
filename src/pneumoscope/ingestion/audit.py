"""What a data scientist should know of the radiographs before trusting any model of them."""

import math
from collections.abc import Sequence
from typing import TypeVar

import pandas as pd
from pydantic import TypeAdapter

from pneumoscope.ingestion.appearance import appearance_sentences
from pneumoscope.ingestion.doubts import folder_warnings, refusal_warnings
from pneumoscope.ingestion.layout import UNASSIGNED, Layout
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.manifest import Ingested, check_complete
from pneumoscope.ingestion.records import (
    CompressionQuartiles,
    Conversion,
    Duplicates,
    IngestionAudit,
    ModeCount,
    PatientCounts,
    Refusal,
    Resemblance,
    Shortcut,
    SizeRange,
    SubtypeCount,
)
from pneumoscope.ingestion.similarity import COPY
from pneumoscope.naming import Column, Label, Split
from pneumoscope.provenance import Sources

Row = TypeVar("Row")

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

FEWEST = 10
"""Radiographs of each class below which an AUROC is noise and a part is passed over."""

MANY_COPIES = 0.02
"""Share of byte-identical copies within parts that is put into words; the published has 0.6 %."""

BEYOND_CHANCE = 3.0
"""Standard errors from 0.5 that an AUROC must lie before it is put into words.

Seven numbers in three parts that all know nothing are then warned of in less than 6 % of runs.
"""

_PART = [Column.SOURCE_SPLIT, Column.LABEL]


def audit(
    ingested: Ingested,
    files: pd.DataFrame,
    similar: pd.DataFrame,
    layout: Layout,
    warn_auroc: float,
) -> IngestionAudit:
    """Count, measure and doubt the radiographs.

    Args:
        ingested: Manifest and quarantine.
        files: One row per scanned file with columns path, note and reason.
        similar: Pairs of films that look alike: columns first, second and similarity.
        layout: How the collection names folders and files.
        warn_auroc: A shortcut with this AUROC or more, beyond chance, is put into words.

    Raises:
        LostFile: Manifest, quarantine and known litter do not add up to the files.
    """
    check_complete(files, ingested)
    manifest, quarantine = ingested.manifest, ingested.quarantine
    converted = files[(files["note"] != "") & files["path"].isin(manifest[Column.PATH])]
    modes = manifest.groupby([*_PART, Column.MODE]).size().rename("n")
    counts = manifest.groupby([*_PART, Column.SUBTYPE]).size().rename("n")
    shortcuts = _shortcuts(manifest, warn_auroc)
    duplicates, patients = _duplicates(manifest), _patients(manifest)
    sources = Sources.of(manifest)
    copies = similar["similarity"] >= COPY
    stored_anew, alike = (_records(Resemblance, similar[rows]) for rows in (copies, ~copies))
    return IngestionAudit(
        radiographs=len(manifest),
        sources=sources,
        quarantined=_records(Refusal, quarantine),
        litter=int((files["reason"] == LITTER).sum()),
        converted=_records(Conversion, converted[["path", "note"]]),
        counts=_records(SubtypeCount, counts.reset_index()),
        sizes=_records(SizeRange, _sizes(manifest)),
        modes=_records(ModeCount, modes.reset_index()),
        bytes_per_pixel=_records(CompressionQuartiles, _bytes_per_pixel(manifest)),
        duplicates=duplicates,
        patients=patients,
        stored_anew=stored_anew,
        alike=alike,
        shortcuts=shortcuts,
        warn_auroc=warn_auroc,
        warnings=[
            *_phantom_warnings(sources),
            *refusal_warnings(quarantine),
            *folder_warnings(manifest, layout),
            *appearance_sentences(manifest),
            *_leak_warnings(duplicates, patients, len(manifest)),
            *_resemblance_warnings(stored_anew, alike),
            *_shortcut_warnings(shortcuts),
        ],
    )


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


def _records(kind: type[Row], rows: pd.DataFrame) -> list[Row]:
    return TypeAdapter(list[kind]).validate_python(rows.to_dict("records"))  # type: ignore[valid-type]


def _sizes(manifest: pd.DataFrame) -> pd.DataFrame:
    sides = {
        f"{side}_{end}": (side, end)
        for side in (Column.WIDTH, Column.HEIGHT)
        for end in ("min", "median", "max")
    }
    return manifest.groupby(_PART).agg(n=(Column.WIDTH, "size"), **sides).reset_index()


def _bytes_per_pixel(manifest: pd.DataFrame) -> pd.DataFrame:
    grouped = manifest.groupby(_PART)[Column.BYTES_PER_PIXEL]
    quartiles = {"q25": 0.25, "median": 0.5, "q75": 0.75}
    return pd.DataFrame({name: grouped.quantile(q) for name, q in quartiles.items()}).reset_index()


def _duplicates(manifest: pd.DataFrame) -> Duplicates:
    groups = manifest[manifest[Column.SHA256].duplicated(keep=False)].groupby(Column.SHA256)
    within = manifest.duplicated([Column.SHA256, *_PART])

    def differing(column: Column) -> list[list[str]]:
        return [
            group[Column.RADIOGRAPH_ID].tolist()
            for _, group in groups
            if len(group[column].unique()) > 1
        ]

    return Duplicates(
        groups=groups.ngroups,
        extra_files=int(manifest[Column.SHA256].duplicated().sum()),
        within_parts=int(within.sum()),
        example=next(iter(manifest.loc[within, Column.PATH]), None),
        across_splits=differing(Column.SOURCE_SPLIT),
        across_classes=differing(Column.LABEL),
    )


def _patients(manifest: pd.DataFrame) -> PatientCounts:
    by_patient = manifest.groupby(Column.PATIENT_ID)
    parts = by_patient[Column.SOURCE_SPLIT].nunique()
    return PatientCounts(
        total=int(by_patient.ngroups),
        without_pattern=int(manifest[Column.PATIENT_ID].str.startswith("file:").sum()),
        across_source_splits=parts[parts > 1].index.tolist(),
        most_radiographs=int(by_patient.size().max()),
    )


def _shortcuts(manifest: pd.DataFrame, warn_auroc: float) -> list[Shortcut]:
    # Loading scikit-learn takes half a second, which listing the pipelines need not wait for.
    from sklearn.metrics import roc_auc_score

    values = shortcut_values(manifest)
    positive = manifest[Column.LABEL] == Label.PNEUMONIA
    found = []
    parts = manifest.groupby(Column.SOURCE_SPLIT).groups
    for part in [part for part in (*Split, UNASSIGNED) if part in parts]:
        rows = parts[part]
        if positive[rows].value_counts().reindex([False, True], fill_value=0).min() < FEWEST:
            continue
        concern = max(warn_auroc, 0.5 + BEYOND_CHANCE * _chance(manifest.loc[rows]))
        for feature in SHORTCUTS:
            auroc = float(roc_auc_score(positive[rows], values.loc[rows, feature]))
            found.append(Shortcut(part, feature, auroc, max(auroc, 1 - auroc) >= concern))
    return found


def _chance(rows: pd.DataFrame) -> float:
    """Return the standard error of the AUROC of a number that has nothing to do with the class.

    Of independent values without ties (Mann and Whitney 1947); counted by patients, since films
    of one patient are alike.
    """
    ill, well = (
        rows.loc[rows[Column.LABEL] == label, Column.PATIENT_ID].nunique() for label in Label
    )
    return math.sqrt((ill + well + 1) / (12 * ill * well))


def _shortcut_warnings(shortcuts: Sequence[Shortcut]) -> list[str]:
    by_part: dict[str, list[str]] = {}
    for found in shortcuts:
        if found.warns:
            end = "higher" if found.auroc > 0.5 else "lower"
            by_part.setdefault(found.source_split, []).append(
                f"{SHORTCUTS[found.feature]} (AUROC {found.strength:.2f}, {end} in PNEUMONIA)"
            )
    return [
        f"In {_part(part)} a class can be told without looking at the lungs, by any of these "
        f"alone: {'; '.join(named)}. A model may learn that instead."
        for part, named in by_part.items()
    ]


def _part(source_split: str) -> str:
    return "the data" if source_split == UNASSIGNED else source_split


def _leak_warnings(duplicates: Duplicates, patients: PatientCounts, radiographs: int) -> list[str]:
    crossing, copies = len(patients.across_source_splits), duplicates.within_parts
    sentences = {
        f"{crossing} patients stand in more than one of the given parts.": crossing,
        f"{len(duplicates.across_splits)} groups of identical files stand in more than one "
        "of the given parts.": duplicates.across_splits,
        f"{len(duplicates.across_classes)} groups of identical files carry both "
        "labels.": duplicates.across_classes,
        f"{copies:,} of {radiographs:,} radiographs ({copies / radiographs:.0%}) are "
        "byte-identical copies of others in the same part and class, such as "
        f"{duplicates.example}. Every film counts once in the splits.": copies
        > MANY_COPIES * radiographs,
        f"{patients.without_pattern} file names fit no patient pattern: each counts as its "
        "own patient, so a patient may stand in two splits.": patients.without_pattern,
    }
    return [sentence for sentence, present in sentences.items() if present]


def _phantom_warnings(sources: Sources) -> list[str]:
    if not sources.phantoms or sources.only_phantoms:
        return []
    return [
        f"{sources.phantoms:,} of {sources.total:,} radiographs are synthetic phantoms of this "
        "project, mixed with others: no figure says anything about patients."
    ]


def _resemblance_warnings(
    stored_anew: Sequence[Resemblance], alike: Sequence[Resemblance]
) -> list[str]:
    sentences = []
    if stored_anew:
        first = stored_anew[0]
        sentences.append(
            f"Pairs of films that look like one picture stored twice, at another quality, size or "
            f"format: {len(stored_anew):,}, such as {first.first} and {first.second}."
        )
    if alike:
        first = alike[0]
        sentences.append(
            f"Pairs of films of different patients that look alike: {len(alike):,}, such as "
            f"{first.first} and {first.second}. Look at them: two names may be one patient."
        )
    return sentences
