"""The films of a site: whether they can be measured, and what should be doubted of them."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pandas as pd

from pneumoscope.counts import agreeing, counted
from pneumoscope.errors import InputError
from pneumoscope.external.records import Overlap, SiteFilms, split_of
from pneumoscope.ingestion.appearance import appearance_sentences
from pneumoscope.ingestion.doubts import examples, folder_warnings, refusal_warnings
from pneumoscope.ingestion.layout import NO_KEY, UNASSIGNED, Layout
from pneumoscope.ingestion.records import Refusal
from pneumoscope.ingestion.tag_warnings import tag_sentences
from pneumoscope.naming import Column, Label
from pneumoscope.options import IngestionOptions
from pneumoscope.provenance import Sources
from pneumoscope.robustness.records import DomainComparison

FEW_PATIENTS = 30
"""Of one class; with fewer an interval of sensitivity or specificity spans 0.1 and more."""


def site_rows(
    site: str, manifest: pd.DataFrame, quarantine: pd.DataFrame, options: IngestionOptions
) -> pd.DataFrame:
    """Return the films of a site that are measured: all parts in one, each film once.

    One class alone will do: what needs both is then undefined, and says so.

    Args:
        site: Its name, which goes before each radiograph_id: none is one of the collection's.
        manifest: One row per radiograph, all parts.
        quarantine: Columns path and reason.
        options: The highest share in quarantine.

    Raises:
        InputError: There is no radiograph, or too much is in quarantine.
    """
    files = len(manifest) + len(quarantine)
    hint = "Check its layout, or list its class folders under ingestion.class_folders."
    remedy = f"{hint} First in quarantine: {examples(quarantine)}" if len(quarantine) else hint
    if manifest.empty:
        raise InputError(
            f"labelled radiographs in `external.{site}`",
            f"none among {counted(files, 'file')}",
            remedy,
        )
    if len(quarantine) > options.max_quarantined * files:
        raise InputError(
            f"at most {options.max_quarantined:.1%} of the files of `external.{site}` in "
            "quarantine (ingestion.max_quarantined)",
            f"{len(quarantine):,} of {files:,} ({len(quarantine) / files:.1%}). "
            f"{' '.join(refusal_warnings(quarantine))}",
            remedy,
        )
    once = manifest.sort_values(Column.RADIOGRAPH_ID)
    once = once.drop_duplicates([Column.LABEL, Column.SHA256]).reset_index(drop=True)
    split = split_of(site)
    named: dict[str, Any] = {
        Column.RADIOGRAPH_ID: f"{split}/" + once[Column.RADIOGRAPH_ID],
        Column.SPLIT: split,
    }
    return once.assign(**named)


def describe_films(
    rows: pd.DataFrame,
    manifest: pd.DataFrame,
    quarantine: pd.DataFrame,
    overlap: Overlap,
    shift: Mapping[Label, DomainComparison],
    layout: Layout,
) -> SiteFilms:
    """Count the films of a site, and say what should be doubted of them.

    Args:
        rows: The measured films, as `site_rows` gives them.
        manifest: All radiographs that were read.
        quarantine: Columns path and reason.
        overlap: Films that are in the model's own collection.
        shift: How far each class lies from train.
        layout: What tells their classes and patients.
    """
    patients = rows.drop_duplicates(Column.PATIENT_ID)[Column.PATIENT_ID].astype(str)
    digest = sha256("\n".join(sorted(rows[Column.SHA256])).encode()).hexdigest()
    return SiteFilms(
        digest=digest,
        radiographs=len(rows),
        patients=len(patients),
        without_pattern=int(patients.str.startswith(NO_KEY).sum()),
        classes={label: int((rows[Column.LABEL] == label).sum()) for label in Label},
        parts={str(k): int(n) for k, n in rows[Column.SOURCE_SPLIT].value_counts().items()},
        sources=Sources.of(rows),
        left_out=len(manifest) - len(rows),
        refused=[
            Refusal(str(path), str(reason))
            for path, reason in zip(quarantine[Column.PATH], quarantine[Column.REASON], strict=True)
        ],
        warnings=_warnings(rows, manifest, quarantine, layout),
        overlap=overlap,
        shift=shift,
    )


def _warnings(
    rows: pd.DataFrame, manifest: pd.DataFrame, quarantine: pd.DataFrame, layout: Layout
) -> list[str]:
    return [
        *layout.remarks,
        *_pooled(rows),
        *_few(rows),
        *_both_labels(rows),
        *refusal_warnings(quarantine),
        *folder_warnings(manifest, layout),
        *tag_sentences(manifest),
        *appearance_sentences(manifest),
    ]


def _pooled(rows: pd.DataFrame) -> list[str]:
    parts = [part for part in rows[Column.SOURCE_SPLIT].unique() if part != UNASSIGNED]
    if not parts:
        return []
    return [f"Folders name parts ({', '.join(sorted(parts))}); all were pooled and measured."]


def _few(rows: pd.DataFrame) -> list[str]:
    patients = rows.groupby(Column.LABEL)[Column.PATIENT_ID].nunique()
    counts = {label: int(patients.get(label, 0)) for label in Label}
    absent = [label for label, n in counts.items() if not n]
    few = [f"{n} with {label}" for label, n in counts.items() if 0 < n < FEW_PATIENTS]
    sentences = {
        f"There is no {' and no '.join(absent)}: what needs both classes is undefined.": absent,
        f"Few patients ({' and '.join(few)}): the intervals are wide.": few,
    }
    return [sentence for sentence, found in sentences.items() if found]


def _both_labels(rows: pd.DataFrame) -> list[str]:
    labels = rows.groupby(Column.SHA256)[Column.LABEL].nunique()
    both = int((labels > 1).sum())
    if not both:
        return []
    carry = f"{counted(both, 'film')} {agreeing(both, 'carries', 'carry')}"
    return [f"{carry} both labels, in byte-identical files: each counts as both."]
