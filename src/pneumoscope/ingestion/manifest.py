"""The manifest: one row per radiograph; and the quarantine: one row per file that is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.tag_warnings import film_warnings
from pneumoscope.naming import Column
from pneumoscope.options import IngestionOptions
from pneumoscope.radiographs.recorded import RECORDED, STORED, with_recorded

MANIFEST_COLUMNS = [
    Column.RADIOGRAPH_ID, Column.PATH, Column.SOURCE, Column.SOURCE_SPLIT, Column.LABEL,
    Column.SUBTYPE, Column.PATIENT_ID, Column.WIDTH, Column.HEIGHT, Column.MODE, Column.BYTES,
    Column.BYTES_PER_PIXEL, Column.SHA256, *RECORDED, *STORED, Column.NOTE,
    Column.WARNING, Column.DUPLICATE_OF,
]  # fmt: skip


@dataclass(frozen=True)
class Ingested:
    """Every scanned file that is no litter, sorted into radiographs and quarantine.

    Attributes:
        manifest: One row per radiograph, by path; columns `MANIFEST_COLUMNS`.
        quarantine: Columns path and reason, by path. A path that ends in `/` is a folder that
            was not entered.
    """

    manifest: pd.DataFrame
    quarantine: pd.DataFrame


def sort_out(files: pd.DataFrame, options: IngestionOptions) -> Ingested:
    """Sort scanned files into the manifest and the quarantine; only known litter is left out.

    Args:
        files: One row per file, as the scan gives it, without pixels.
        options: Class folders and patient patterns.
    """
    rows, refused = [], []
    layout = Layout(options.class_folders, options.patient_patterns)
    offered = files[files["reason"] != LITTER]
    offered = offered.assign(**{Column.WARNING: film_warnings(offered)})
    for file in offered.sort_values("path").to_dict("records"):
        reason, row = file["reason"], {}
        if not reason:
            try:
                row = _row(file, layout)
            except ValueError as error:
                reason = str(error)
        if reason:
            refused.append({Column.PATH: file["path"], Column.REASON: reason})
        else:
            rows.append(row)
    manifest = _with_ids_and_duplicates(pd.DataFrame(rows, columns=MANIFEST_COLUMNS))
    manifest = with_recorded(manifest)
    return Ingested(manifest, pd.DataFrame(refused, columns=[Column.PATH, Column.REASON]))


def _row(file: dict, layout: Layout) -> dict:
    where = layout.place(file["path"])
    patient = layout.patient(file["path"], where)
    hidden = file.get("subtype")
    return {
        Column.PATH: file["path"],
        Column.SOURCE_SPLIT: where.source_split,
        Column.LABEL: where.label.value,
        Column.SUBTYPE: hidden or patient.subtype.value,
        Column.PATIENT_ID: file.get("patient_id") or patient.patient_id,
        Column.BYTES_PER_PIXEL: file["bytes"] / (file["width"] * file["height"]),
        **{name: file[name] for name in (
            Column.SOURCE, Column.WIDTH, Column.HEIGHT, Column.MODE, Column.BYTES, Column.SHA256,
            Column.NOTE, Column.WARNING)},
        **{name: file.get(name) for name in (*RECORDED, *STORED)},
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
