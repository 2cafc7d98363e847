"""What a data scientist should know of the radiographs before trusting any model of them."""

from typing import TypeVar

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from pneumoscope.ingestion.appearance import appearance_sentences
from pneumoscope.ingestion.checks import check_complete
from pneumoscope.ingestion.doubts import (
    folder_warnings,
    leak_warnings,
    phantom_warnings,
    refusal_warnings,
    resemblance_warnings,
)
from pneumoscope.ingestion.layout import NO_KEY, Layout
from pneumoscope.ingestion.litter import LEFT_OUT, LITTER
from pneumoscope.ingestion.manifest import Ingested
from pneumoscope.ingestion.records import (
    CompressionQuartiles,
    Conversion,
    Duplicates,
    IngestionAudit,
    LeftOut,
    ModeCount,
    PatientCounts,
    Refusal,
    Resemblance,
    Resemblances,
    SizeRange,
    SubtypeCount,
)
from pneumoscope.ingestion.shortcuts import measure_shortcuts, shortcut_warnings
from pneumoscope.ingestion.similarity import COPY, LISTED, SIMILAR_COLUMNS
from pneumoscope.ingestion.tag_warnings import (
    mixed_key_sentences,
    number_sentences,
    tag_sentences,
)
from pneumoscope.lookup import places_of
from pneumoscope.naming import Column
from pneumoscope.provenance import Sources

Row = TypeVar("Row")

_PART = [Column.SOURCE_SPLIT, Column.LABEL]


def audit(
    ingested: Ingested,
    files: pd.DataFrame,
    similar: pd.DataFrame,
    layout: Layout,
    warn_auroc: float,
    acquisition: pd.DataFrame | None = None,
) -> IngestionAudit:
    """Count, measure and doubt the radiographs.

    Args:
        ingested: Manifest and quarantine.
        files: One row per scanned file with columns path, note and reason.
        similar: Pairs of films that look alike, the most similar first: columns first, second and
            similarity.
        layout: How the collection names folders and files.
        warn_auroc: A shortcut with this AUROC or more, beyond chance, is put into words.
        acquisition: As `measure_films` gives it of this manifest; None leaves its shortcuts out.

    Raises:
        LostFile: Manifest, quarantine, known litter and left out do not add up to the files.
    """
    check_complete(files, ingested)
    manifest, quarantine = ingested.manifest, ingested.quarantine
    noted = files[files["note"] != ""]
    converted = noted[places_of(noted["path"], manifest[Column.PATH]) >= 0]
    modes = manifest.groupby([*_PART, Column.MODE]).size().rename("n")
    counts = manifest.groupby([*_PART, Column.SUBTYPE]).size().rename("n")
    shortcuts = measure_shortcuts(manifest, warn_auroc, acquisition)
    duplicates, patients = _duplicates(manifest), _patients(manifest)
    sources = Sources.of(manifest)
    copies = similar["similarity"] >= COPY
    stored_anew, alike = (_resemblances(similar, rows) for rows in (copies, ~copies))
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
        layout=layout.name,
        left_out=_left_out(files),
        warnings=[
            *phantom_warnings(sources),
            *refusal_warnings(quarantine),
            *layout.remarks,
            *folder_warnings(manifest, layout),
            *number_sentences(manifest),
            *mixed_key_sentences(manifest),
            *tag_sentences(manifest),
            *appearance_sentences(manifest),
            *leak_warnings(duplicates, patients, len(manifest)),
            *resemblance_warnings(stored_anew, alike),
            *shortcut_warnings(shortcuts),
        ],
    )


def _records(kind: type[Row], rows: pd.DataFrame) -> list[Row]:
    return TypeAdapter(list[kind]).validate_python(rows.to_dict("records"))  # type: ignore[valid-type]


def _resemblances(similar: pd.DataFrame, rows: pd.Series) -> Resemblances:
    """Count the pairs of these rows, and list the first of them."""
    listed = similar.iloc[np.flatnonzero(rows)[:LISTED]]
    columns = (listed[name].tolist() for name in SIMILAR_COLUMNS)
    return Resemblances(int(rows.sum()), list(map(Resemblance, *columns)))


def _left_out(files: pd.DataFrame) -> list[LeftOut]:
    reasons = files.loc[files["reason"].str.startswith(LEFT_OUT), "reason"]
    counts = reasons.str.removeprefix(f"{LEFT_OUT}: ").value_counts()
    return [LeftOut(str(reason), int(n)) for reason, n in counts.items()]


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
        without_pattern=int(manifest[Column.PATIENT_ID].str.startswith(NO_KEY).sum()),
        across_source_splits=parts[parts > 1].index.tolist(),
        most_radiographs=int(by_patient.size().max()),
    )
