"""The manifest: one row per radiograph; and the quarantine: one row per file that is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from pneumoscope.ingestion.layout import TABLE_KEY, Layout
from pneumoscope.ingestion.litter import LEFT_OUT, LITTER
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
    """Every scanned file that is wanted and no litter, sorted into radiographs and quarantine.

    Attributes:
        manifest: One row per radiograph, by path; columns `MANIFEST_COLUMNS`.
        quarantine: Columns path and reason, by path. A path that ends in `/` is a folder that
            was not entered.
    """

    manifest: pd.DataFrame
    quarantine: pd.DataFrame


def sort_out(
    files: pd.DataFrame, options: IngestionOptions, layout: Layout | None = None
) -> Ingested:
    """Sort scanned files into the manifest and the quarantine.

    In neither are known litter and what the layout leaves out on purpose.

    Args:
        files: One row per file, as the scan gives it, without pixels.
        options: Class folders and patient patterns.
        layout: How the collection tells classes, parts and patients; by its folders if None.
    """
    rows, refused = [], []
    layout = layout or Layout.of(options)
    offered = files[(files["reason"] != LITTER) & ~files["reason"].str.startswith(LEFT_OUT)]
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
    hidden, tagged = file.get("subtype"), file.get("patient_id")
    told = patient.patient_id.startswith(TABLE_KEY) or not tagged
    return {
        Column.PATH: file["path"],
        Column.SOURCE_SPLIT: where.source_split,
        Column.LABEL: where.label.value,
        Column.SUBTYPE: hidden or patient.subtype.value,
        Column.PATIENT_ID: patient.patient_id if told else tagged,
        Column.BYTES_PER_PIXEL: file["bytes"] / (file["width"] * file["height"]),
        **{name: file[name] for name in (
            Column.SOURCE, Column.WIDTH, Column.HEIGHT, Column.MODE, Column.BYTES, Column.SHA256,
            Column.NOTE, Column.WARNING)},
        **{name: file.get(name) for name in (*RECORDED, *STORED)},
        **layout.recorded(file["path"]),
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
