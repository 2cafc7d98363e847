"""Audits small enough to know by heart, for tests of what reads them."""

from typing import Any

from pydantic import TypeAdapter

from pneumoscope.ingestion.records import IngestionAudit
from pneumoscope.splitting.records import SplitAudit


def shortcut(split: str, feature: str, auroc: float, warns: bool = False) -> dict:
    return {"source_split": split, "feature": feature, "auroc": auroc, "warns": warns}


def size(split: str, label: str, width: int) -> dict:
    sides = {f"{side}_{end}": width for side in ("width", "height") for end in ("min", "max")}
    medians = {"width_median": width, "height_median": width / 2}
    return {"source_split": split, "label": label, "n": 1, **sides, **medians}


def compression(split: str, label: str, median: float) -> dict:
    return {"source_split": split, "label": label, "q25": 0, "median": median, "q75": 1}


INGESTION = {
    "radiographs": 4,
    "sources": {"folder": 4},
    "quarantined": [],
    "litter": 1,
    "converted": [],
    "counts": [
        {"source_split": "train", "label": "NORMAL", "subtype": "normal", "n": 1},
        {"source_split": "train", "label": "PNEUMONIA", "subtype": "virus", "n": 3},
    ],
    "sizes": [size("train", "NORMAL", 1600), size("train", "PNEUMONIA", 1200)],
    "modes": [],
    "bytes_per_pixel": [
        compression("train", "NORMAL", 0.26), compression("train", "PNEUMONIA", 0.09)
    ],
    "duplicates": {
        "groups": 0, "extra_files": 0, "within_parts": 0, "example": None,
        "across_splits": [], "across_classes": [],
    },
    "patients": {
        "total": 3, "without_pattern": 0, "across_source_splits": [], "most_radiographs": 2
    },
    "stored_anew": {"n": 0, "most_similar": []},
    "alike": {"n": 0, "most_similar": []},
    "shortcuts": [
        shortcut("train", "bytes_per_pixel", 0.01, warns=True),
        shortcut("test", "bytes_per_pixel", 0.52),
        shortcut("train", "width", 0.6),
    ],
    "warn_auroc": 0.7,
    "warnings": [],
}  # fmt: skip


def count(split: str, label: str, subtype: str, n: int) -> dict:
    return {"split": split, "label": label, "subtype": subtype, "n": n, "patients": n - 1}


SPLITS = {
    "policy": "official",
    "group_by": "patient",
    "balance": "undersample",
    "counts_before": [
        count("train", "NORMAL", "normal", 10),
        count("train", "PNEUMONIA", "virus", 30),
        count("test", "NORMAL", "normal", 5),
    ],
    "counts_after": [
        count("train", "NORMAL", "normal", 10),
        count("train", "PNEUMONIA", "virus", 10),
        count("test", "NORMAL", "normal", 5),
    ],
    "copies_left_out": 0,
    "patients": {"train": 20, "validation": 2, "test": 1},
    "similar": {"n": 0, "most_similar": []},
    "flaws": [],
    "checks": ["By their patient keys, none of 9 patients stands in two splits."],
}


def ingestion_audit(**changes: Any) -> IngestionAudit:
    """Give an audit of four radiographs, with these entries of its JSON replaced."""
    return TypeAdapter(IngestionAudit).validate_python({**INGESTION, **changes})


def split_audit(**changes: Any) -> SplitAudit:
    """Give an audit of splits, with these entries of its JSON replaced."""
    return TypeAdapter(SplitAudit).validate_python({**SPLITS, **changes})
