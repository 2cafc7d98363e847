"""The manifest: one row per radiograph; and the quarantine: one row per file that is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from pneumoscope.errors import InputError
from pneumoscope.ingestion.appearance import appearance_warnings
from pneumoscope.ingestion.doubts import examples, refusal_warnings
from pneumoscope.ingestion.layout import UNASSIGNED, Layout
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.naming import Column, Label
from pneumoscope.options import IngestionOptions

MANIFEST_COLUMNS = [
    Column.RADIOGRAPH_ID, Column.PATH, Column.SOURCE, Column.SOURCE_SPLIT, Column.LABEL,
    Column.SUBTYPE, Column.PATIENT_ID, Column.WIDTH, Column.HEIGHT, Column.MODE, Column.BYTES,
    Column.BYTES_PER_PIXEL, Column.SHA256, Column.NOTE, Column.WARNING, Column.DUPLICATE_OF,
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


class LostFile(RuntimeError):
    """A file that is neither radiograph nor refused nor litter, which must never be."""


class PointlessRun(InputError):
    """Input that no model could be trained on; the message says what to mend."""


def sort_out(files: pd.DataFrame, options: IngestionOptions) -> Ingested:
    """Sort scanned files into the manifest and the quarantine; only known litter is left out.

    Args:
        files: One row per file, as the scan gives it, without pixels.
        options: Class folders and patient patterns.
    """
    rows, refused = [], []
    layout = Layout(options.class_folders, options.patient_patterns)
    offered = files[files["reason"] != LITTER]
    offered = offered.assign(**{Column.WARNING: appearance_warnings(offered)})
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
    return Ingested(manifest, pd.DataFrame(refused, columns=[Column.PATH, Column.REASON]))


def check_complete(files: pd.DataFrame, ingested: Ingested) -> None:
    """Make sure that manifest, quarantine and known litter add up to the files that were scanned.

    Raises:
        LostFile: A file is in none of the three, or in two.
    """
    litter = files.loc[files["reason"] == LITTER, "path"]
    kept = [*ingested.manifest[Column.PATH], *ingested.quarantine[Column.PATH], *litter]
    if sorted(kept) != sorted(files["path"]):
        lost = sorted(set(files["path"]) ^ set(kept))
        raise LostFile(
            f"expected each of {len(files):,} files once, in the manifest "
            f"({len(ingested.manifest):,}), the quarantine ({len(ingested.quarantine):,}) or the "
            f"known litter ({len(litter):,}); lost or new: {', '.join(lost[:3]) or 'none'}. "
            "This is an error of the program: please report it"
        )


def check_worth_running(ingested: Ingested, options: IngestionOptions) -> None:
    """Stop before any work is done on input that cannot train a classifier.

    Raises:
        PointlessRun: No radiograph, a class without one, a part without a class whose folder
            was not entered, or too many in quarantine.
    """
    manifest, refused = ingested.manifest, ingested.quarantine
    remedy = _remedy(refused)
    if manifest.empty:
        raise PointlessRun(
            "radiographs under <split>/NORMAL and <split>/PNEUMONIA",
            f"none among {len(refused):,} files",
            remedy,
        )
    missing = [label.value for label in Label if not (manifest[Column.LABEL] == label).any()]
    if missing:
        raise PointlessRun(
            "radiographs of both classes",
            f"none of {', '.join(missing)} among {len(manifest):,}",
            remedy,
        )
    _check_entered(ingested, options)
    share = len(refused) / (len(refused) + len(manifest))
    if share > options.max_quarantined:
        raise PointlessRun(
            f"at most {options.max_quarantined:.1%} of the files in quarantine "
            "(ingestion.max_quarantined)",
            f"{len(refused):,} of {len(refused) + len(manifest):,} ({share:.1%}). "
            f"{' '.join(refusal_warnings(refused))}",
            remedy,
        )


def _check_entered(ingested: Ingested, options: IngestionOptions) -> None:
    """Stop if a class folder is a link or closed, and its part is left without that class."""
    layout, quarantine = (
        Layout(options.class_folders, options.patient_patterns),
        ingested.quarantine,
    )
    present = ingested.manifest.groupby([Column.SOURCE_SPLIT, Column.LABEL]).groups
    for path, reason in zip(quarantine[Column.PATH], quarantine[Column.REASON], strict=True):
        # A link that a copy has turned into a file still bears the name of the class.
        if not (path.endswith("/") or layout.names_class(PurePosixPath(path).name)):
            continue
        try:
            place = layout.place(f"{path}/film")
        except ValueError:
            continue
        if place.source_split != UNASSIGNED and (place.source_split, place.label) not in present:
            raise PointlessRun(
                f"radiographs of {place.label} in {place.source_split}",
                f"none, for {path} is left out: {reason}",
                "Put the folder itself there, or give it leave to be read.",
            )


def _remedy(refused: pd.DataFrame) -> str:
    hint = "Check the folder's layout, or list its class folders under ingestion.class_folders."
    return f"{hint} First in quarantine: {examples(refused)}" if len(refused) else hint


def _row(file: dict, layout: Layout) -> dict:
    where = layout.place(file["path"])
    patient = layout.patient(file["path"], where)
    return {
        Column.PATH: file["path"],
        Column.SOURCE_SPLIT: where.source_split,
        Column.LABEL: where.label.value,
        Column.SUBTYPE: patient.subtype.value,
        Column.PATIENT_ID: patient.patient_id,
        Column.BYTES_PER_PIXEL: file["bytes"] / (file["width"] * file["height"]),
        **{name: file[name] for name in (
            Column.SOURCE, Column.WIDTH, Column.HEIGHT, Column.MODE, Column.BYTES, Column.SHA256,
            Column.NOTE, Column.WARNING)},
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
