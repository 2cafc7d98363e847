"""What a data scientist should know of the radiographs before trusting any model of them."""

import pandas as pd

from pneumoscope.ingestion.doubts import folder_warnings, refusal_warnings
from pneumoscope.ingestion.layout import UNASSIGNED, Layout
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.manifest import Ingested, check_complete
from pneumoscope.naming import Column, Label, Split

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

_PART = [Column.SOURCE_SPLIT, Column.LABEL]


def audit(ingested: Ingested, files: pd.DataFrame, layout: Layout, warn_auroc: float) -> dict:
    """Count, measure and doubt the radiographs.

    Args:
        ingested: Manifest and quarantine.
        files: One row per scanned file with columns path, note and reason.
        layout: How the collection names folders and files.
        warn_auroc: A shortcut with this AUROC or more is put into words.

    Returns:
        Plain numbers, strings, lists and dicts, ready for JSON.

    Raises:
        LostFile: Manifest, quarantine and known litter do not add up to the files.
    """
    check_complete(files, ingested)
    manifest, quarantine = ingested.manifest, ingested.quarantine
    converted = files[(files["note"] != "") & files["path"].isin(manifest[Column.PATH])]
    shortcuts = _shortcuts(manifest, warn_auroc)
    duplicates, patients = _duplicates(manifest), _patients(manifest)
    return {
        "radiographs": len(manifest),
        "quarantined": quarantine.to_dict("records"),
        "converted": converted[["path", "note"]].to_dict("records"),
        "litter": int((files["reason"] == LITTER).sum()),
        "counts": _counts(manifest),
        "sizes": _sizes(manifest),
        "modes": _table(manifest.groupby([*_PART, Column.MODE]).size().rename("n")),
        "bytes_per_pixel": _bytes_per_pixel(manifest),
        "duplicates": duplicates,
        "patients": patients,
        "shortcuts": shortcuts,
        "warnings": [
            *refusal_warnings(quarantine),
            *folder_warnings(manifest, layout),
            *_leak_warnings(duplicates, patients, len(manifest)),
            *_shortcut_warnings(shortcuts),
        ],
    }


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


def _table(grouped: pd.Series | pd.DataFrame) -> list[dict]:
    return grouped.reset_index().to_dict("records")


def _counts(manifest: pd.DataFrame) -> list[dict]:
    return _table(manifest.groupby([*_PART, Column.SUBTYPE]).size().rename("n"))


def _sizes(manifest: pd.DataFrame) -> list[dict]:
    grouped = manifest.groupby(_PART)
    return _table(
        grouped.agg(
            n=(Column.WIDTH, "size"),
            width_median=(Column.WIDTH, "median"),
            height_median=(Column.HEIGHT, "median"),
            width_min=(Column.WIDTH, "min"),
            width_max=(Column.WIDTH, "max"),
            height_min=(Column.HEIGHT, "min"),
            height_max=(Column.HEIGHT, "max"),
        )
    )


def _bytes_per_pixel(manifest: pd.DataFrame) -> list[dict]:
    grouped = manifest.groupby(_PART)[Column.BYTES_PER_PIXEL]
    quartiles = {"q25": 0.25, "median": 0.5, "q75": 0.75}
    return _table(pd.DataFrame({name: grouped.quantile(q) for name, q in quartiles.items()}))


def _duplicates(manifest: pd.DataFrame) -> dict:
    groups = manifest[manifest[Column.SHA256].duplicated(keep=False)].groupby(Column.SHA256)

    def differing(column: Column) -> list[list[str]]:
        return [
            group[Column.RADIOGRAPH_ID].tolist()
            for _, group in groups
            if len(group[column].unique()) > 1
        ]

    within = manifest.duplicated([Column.SHA256, *_PART])
    return {
        "groups": groups.ngroups,
        "extra_files": int(manifest[Column.SHA256].duplicated().sum()),
        "within_parts": int(within.sum()),
        "example": manifest.loc[within, Column.PATH].head(1).tolist(),
        "across_splits": differing(Column.SOURCE_SPLIT),
        "across_classes": differing(Column.LABEL),
    }


def _patients(manifest: pd.DataFrame) -> dict:
    by_patient = manifest.groupby(Column.PATIENT_ID)
    parts = by_patient[Column.SOURCE_SPLIT].nunique()
    return {
        "total": int(by_patient.ngroups),
        "without_pattern": int(manifest[Column.PATIENT_ID].str.startswith("file:").sum()),
        "across_source_splits": parts[parts > 1].index.tolist(),
        "most_radiographs": int(by_patient.size().max()),
    }


def _shortcuts(manifest: pd.DataFrame, warn_auroc: float) -> list[dict]:
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
        for feature in SHORTCUTS:
            auroc = float(roc_auc_score(positive[rows], values.loc[rows, feature]))
            warns = max(auroc, 1 - auroc) >= warn_auroc
            found.append({"source_split": part, "feature": feature, "auroc": auroc, "warns": warns})
    return found


def _shortcut_warnings(shortcuts: list[dict]) -> list[str]:
    by_part: dict[str, list[str]] = {}
    for row in shortcuts:
        if row["warns"]:
            strength = max(row["auroc"], 1 - row["auroc"])
            end = "higher" if row["auroc"] > 0.5 else "lower"
            told = f"{SHORTCUTS[row['feature']]} (AUROC {strength:.2f}, {end} in PNEUMONIA)"
            by_part.setdefault(row["source_split"], []).append(told)
    return [
        f"In {_part(part)} a class can be told without looking at the lungs, by any of these "
        f"alone: {'; '.join(told)}. A model may learn that instead."
        for part, told in by_part.items()
    ]


def _part(source_split: str) -> str:
    return "the data" if source_split == UNASSIGNED else source_split


def _leak_warnings(duplicates: dict, patients: dict, radiographs: int) -> list[str]:
    crossing, copies = len(patients["across_source_splits"]), duplicates["within_parts"]
    sentences = {
        f"{crossing} patients stand in more than one of the given parts.": crossing,
        f"{len(duplicates['across_splits'])} groups of identical files stand in more than one "
        "of the given parts.": duplicates["across_splits"],
        f"{len(duplicates['across_classes'])} groups of identical files carry both "
        "labels.": duplicates["across_classes"],
        f"{copies:,} of {radiographs:,} radiographs ({copies / radiographs:.0%}) are "
        "byte-identical copies of others in the same part and class, such as "
        f"{''.join(duplicates['example'])}. Every film counts once in the splits.": copies
        > MANY_COPIES * radiographs,
        f"{patients['without_pattern']} file names fit no patient pattern: each counts as its "
        "own patient, so a child may stand in two splits.": patients["without_pattern"],
    }
    return [sentence for sentence, present in sentences.items() if present]
