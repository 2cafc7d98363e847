"""Whether no file was lost, and whether what was found can train a classifier."""

from pathlib import PurePosixPath

import pandas as pd

from pneumoscope.counts import counted
from pneumoscope.errors import InputError
from pneumoscope.ingestion.doubts import examples, refusal_warnings
from pneumoscope.ingestion.layout import UNASSIGNED, Layout
from pneumoscope.ingestion.litter import LEFT_OUT, LITTER
from pneumoscope.ingestion.manifest import Ingested
from pneumoscope.naming import Column, Label
from pneumoscope.options import IngestionOptions


class LostFile(RuntimeError):
    """A file that is neither radiograph nor refused nor litter, which must never be."""


class PointlessRun(InputError):
    """Input that no model could be trained on; the message says what to mend."""


def check_complete(files: pd.DataFrame, ingested: Ingested) -> None:
    """Make sure that every scanned file is in one of four places.

    They are manifest, quarantine, known litter and what is left out on purpose.

    Raises:
        LostFile: A file is in none of the four, or in two.
    """
    litter = files.loc[files["reason"] == LITTER, "path"]
    left_out = files.loc[files["reason"].str.startswith(LEFT_OUT), "path"]
    parts = [ingested.manifest[Column.PATH], ingested.quarantine[Column.PATH], litter, left_out]
    # As columns: lists would hold an object for each file.
    kept = pd.concat([part.astype(str) for part in parts]).sort_values(ignore_index=True)
    if not kept.equals(files["path"].astype(str).sort_values(ignore_index=True)):
        lost = sorted(set(files["path"]) ^ set(kept))
        raise LostFile(
            f"expected each of {len(files):,} files once, in the manifest "
            f"({len(ingested.manifest):,}), the quarantine ({len(ingested.quarantine):,}), the "
            f"known litter ({len(litter):,}) or left out ({len(left_out):,}); lost or new: "
            f"{', '.join(lost[:3]) or 'none'}. "
            "This is an error of the program: please report it"
        )


def check_worth_running(
    ingested: Ingested, options: IngestionOptions, layout: Layout | None = None
) -> None:
    """Stop before any work is done on input that cannot train a classifier.

    Args:
        ingested: Manifest and quarantine.
        options: Which share in quarantine is too high.
        layout: As it was sorted by; by its folders if None.

    Raises:
        PointlessRun: No radiograph, a class without one, a part without a class whose folder
            was not entered, or too many in quarantine.
    """
    manifest, refused = ingested.manifest, ingested.quarantine
    remedy = _remedy(refused)
    if manifest.empty:
        raise PointlessRun(
            "radiographs in folders NORMAL and PNEUMONIA, or with a table of labels",
            f"none among {counted(len(refused), 'file')}",
            remedy,
        )
    missing = [label.value for label in Label if not (manifest[Column.LABEL] == label).any()]
    if missing:
        raise PointlessRun(
            "radiographs of both classes",
            f"none of {', '.join(missing)} among {len(manifest):,}",
            remedy,
        )
    _check_entered(ingested, layout or Layout.of(options))
    share = len(refused) / (len(refused) + len(manifest))
    if share > options.max_quarantined:
        raise PointlessRun(
            f"at most {options.max_quarantined:.1%} of the files in quarantine "
            "(ingestion.max_quarantined)",
            f"{len(refused):,} of {len(refused) + len(manifest):,} ({share:.1%}). "
            f"{' '.join(refusal_warnings(refused))}",
            remedy,
        )


def _check_entered(ingested: Ingested, layout: Layout) -> None:
    """Stop if a class folder is a link or closed, and its part is left without that class."""
    quarantine = ingested.quarantine
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
    hint = (
        "Check the folder's layout, list its class folders under ingestion.class_folders, or bring "
        "a labels.csv (docs/tables.md)."
    )
    return f"{hint} First in quarantine: {examples(refused)}" if len(refused) else hint
