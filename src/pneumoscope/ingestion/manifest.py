"""The manifest: one row per radiograph; and the quarantine: one row per file that is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from pneumoscope.ingestion.layout import patient, place
from pneumoscope.ingestion.scan import STRAY
from pneumoscope.naming import Column, Label
from pneumoscope.options import IngestionOptions

MANIFEST_COLUMNS = [
    Column.RADIOGRAPH_ID, Column.PATH, Column.SOURCE_SPLIT, Column.LABEL, Column.SUBTYPE,
    Column.PATIENT_ID, Column.WIDTH, Column.HEIGHT, Column.MODE, Column.BYTES,
    Column.BYTES_PER_PIXEL, Column.SHA256, Column.DUPLICATE_OF,
]  # fmt: skip


@dataclass(frozen=True)
class Ingested:
    """Every scanned file, sorted into radiographs and quarantine.

    Attributes:
        manifest: One row per radiograph, by path; columns `MANIFEST_COLUMNS`.
        quarantine: Columns path and reason, by path.
    """

    manifest: pd.DataFrame
    quarantine: pd.DataFrame


class PointlessRun(ValueError):
    """Input that no model could be trained on; the message says what to mend."""


def sort_out(files: pd.DataFrame, options: IngestionOptions) -> Ingested:
    """Sort scanned files into the manifest and the quarantine; none is lost.

    Args:
        files: Columns path, bytes, sha256, width, height, mode, reason: one row per file.
        options: Class folders and patient patterns.
    """
    rows, refused = [], []
    for file in files.sort_values("path").to_dict("records"):
        reason, row = file["reason"], {}
        if not reason:
            try:
                row = _row(file, options)
            except ValueError as error:
                reason = str(error)
        if reason:
            refused.append({Column.PATH: file["path"], Column.REASON: reason})
        else:
            rows.append(row)
    manifest = _with_ids_and_duplicates(pd.DataFrame(rows, columns=MANIFEST_COLUMNS))
    return Ingested(manifest, pd.DataFrame(refused, columns=[Column.PATH, Column.REASON]))


def check_worth_running(ingested: Ingested, options: IngestionOptions) -> None:
    """Stop before any work is done on input that cannot train a classifier.

    Raises:
        PointlessRun: No radiograph, a class without one, or too many in quarantine.
    """
    manifest, quarantine = ingested.manifest, ingested.quarantine
    refused = quarantine[quarantine[Column.REASON] != STRAY]
    examples = "; ".join(f"{row.path}: {row.reason}" for row in refused.head(3).itertuples())
    if manifest.empty:
        raise PointlessRun(
            "expected radiographs under <split>/NORMAL and <split>/PNEUMONIA, found none "
            f"among {len(quarantine):,} files. {_remedy(examples)}"
        )
    missing = [label.value for label in Label if not (manifest[Column.LABEL] == label).any()]
    if missing:
        raise PointlessRun(
            f"expected radiographs of both classes, found none of {', '.join(missing)} "
            f"among {len(manifest):,}. {_remedy(examples)}"
        )
    share = len(refused) / (len(refused) + len(manifest))
    if share > options.max_quarantined:
        raise PointlessRun(
            f"{len(refused):,} radiographs ({share:.1%}) are in quarantine, more than the "
            f"{options.max_quarantined:.1%} of ingestion.max_quarantined. {_remedy(examples)}"
        )


def _remedy(examples: str) -> str:
    hint = "Check the folder's layout, or list its class folders under ingestion.class_folders."
    return f"First in quarantine: {examples}" if examples else hint


def _row(file: dict, options: IngestionOptions) -> dict:
    where = place(file["path"], options.class_folders)
    child = patient(file["path"], where.label, options.patient_patterns)
    return {
        Column.PATH: file["path"],
        Column.SOURCE_SPLIT: str(where.source_split),
        Column.LABEL: where.label.value,
        Column.SUBTYPE: child.subtype.value,
        Column.PATIENT_ID: child.patient_id,
        Column.BYTES_PER_PIXEL: file["bytes"] / (file["width"] * file["height"]),
        **{name: file[name] for name in (
            Column.WIDTH, Column.HEIGHT, Column.MODE, Column.BYTES, Column.SHA256)},
    }  # fmt: skip


def _with_ids_and_duplicates(manifest: pd.DataFrame) -> pd.DataFrame:
    identified = manifest.assign(**{Column.RADIOGRAPH_ID: _ids(list(manifest[Column.PATH]))})
    first = identified.groupby(Column.SHA256)[Column.RADIOGRAPH_ID].transform("first")
    return identified.assign(
        **{Column.DUPLICATE_OF: first.where(first != identified[Column.RADIOGRAPH_ID], None)}
    )


def _ids(paths: Sequence[str]) -> list[str]:
    """Name each radiograph by its path without the suffix, unless two would share that name."""
    stems = pd.Series([str(PurePosixPath(path).with_suffix("")) for path in paths], dtype=str)
    shared = stems.duplicated(keep=False) | stems.isin(paths)
    return [path if clash else stem for path, stem, clash in zip(paths, stems, shared, strict=True)]
