"""Each file read once, sorted into manifest or quarantine, and audited."""

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from pneumoscope.columns import needing
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographs
from pneumoscope.ingestion.audit import audit
from pneumoscope.ingestion.checks import check_complete, check_worth_running
from pneumoscope.ingestion.layout import NO_KEY, Layout
from pneumoscope.ingestion.litter import LEFT_OUT
from pneumoscope.ingestion.manifest import Ingested, sort_out
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.ingestion.private_names import hidden_path
from pneumoscope.ingestion.recognition import recognise
from pneumoscope.ingestion.records import IngestionAudit
from pneumoscope.ingestion.scan import scan
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.ingestion.similarity import similar_radiographs
from pneumoscope.ingestion.sorted_paths import SortedPaths
from pneumoscope.naming import Column, Source
from pneumoscope.options import IngestionOptions

logger = logging.getLogger(__name__)

Files = Mapping[str, Callable[[], bytes]]


def choose_layout(
    radiographs: Files,
    labels: Files,
    options: IngestionOptions,
    collections: dict[str, Any],
    patient_key: PatientKey,
) -> Layout:
    """Find out what tells the class: a table, the folders or the names of the files.

    Args:
        radiographs: Every file by path.
        labels: A table outside their folder, if there is one.
        options: Which collection it is, or `auto`.
        collections: The known ones by name, each as `CollectionOptions` has it.
        patient_key: The site's, by which the names of files may be hidden.
    """
    layout = recognise(radiographs, labels, options, collections)
    # The layout outlives the scan: it keeps the names, and no file's reader.
    layout.remember(SortedPaths(radiographs), partial(hidden_path, key=patient_key))
    logger.info("Classes are told by: %s", layout.name)
    return layout


def scan_files(
    radiographs: Files,
    layout: Layout,
    options: IngestionOptions,
    source: str,
    patient_key: PatientKey,
) -> Iterable[ScannedFile]:
    """Hash, inspect, decode and measure every file in one pass, streamed to the next dataset."""
    return scan(radiographs, options, Source(source), patient_key, layout, measured=True)


def sort_files(
    decoded: DecodedRadiographs, layout: Layout, options: IngestionOptions
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sort the scanned files into a manifest, yet to be checked, and the quarantine."""
    scanned = decoded.files
    ingested = sort_out(scanned, options, layout)
    check_complete(scanned, ingested)
    files, read, refused = map(len, (scanned, ingested.manifest, ingested.quarantine))
    keys = ingested.manifest[Column.PATIENT_ID]
    left_out = int(scanned["reason"].str.startswith(LEFT_OUT).sum())
    logger.info(
        "%s files: %s radiographs, %s patients by their keys, %s in quarantine, "
        "%s of known litter, %s left out on purpose",
        f"{files:,}", f"{read:,}", f"{keys[~keys.str.startswith(NO_KEY)].nunique():,}",
        f"{refused:,}", f"{files - read - refused - left_out:,}", f"{left_out:,}",
    )  # fmt: skip
    return ingested.manifest, ingested.quarantine


def check_manifest(
    unchecked: pd.DataFrame, quarantine: pd.DataFrame, layout: Layout, options: IngestionOptions
) -> pd.DataFrame:
    """Stop a run that would be pointless, before any training; the quarantine is kept."""
    check_worth_running(Ingested(unchecked, quarantine), options, layout)
    return unchecked


@needing(manifest=[Column.RADIOGRAPH_ID, Column.PATH, Column.PATIENT_ID, Column.SHA256])
def compare_radiographs(manifest: pd.DataFrame, decoded: DecodedRadiographs) -> pd.DataFrame:
    """Find films that look alike as pictures, whatever their bytes and their names."""
    return similar_radiographs(manifest, decoded.small(manifest[Column.PATH]))


@needing(manifest=[Column.RADIOGRAPH_ID, Column.PATH])
def collect_acquisition(manifest: pd.DataFrame, decoded: DecodedRadiographs) -> pd.DataFrame:
    """Collect the marks, borders, tones and sharpness off the centre of every film."""
    table = decoded.numbers(manifest[Column.PATH])
    table.insert(0, Column.RADIOGRAPH_ID, manifest[Column.RADIOGRAPH_ID].to_numpy())
    return table


def audit_radiographs(
    manifest: pd.DataFrame,
    quarantine: pd.DataFrame,
    decoded: DecodedRadiographs,
    similar: pd.DataFrame,
    acquisition: pd.DataFrame,
    layout: Layout,
    options: IngestionOptions,
) -> IngestionAudit:
    """Audit what was ingested, and log what should worry its user."""
    ingested = Ingested(manifest, quarantine)
    files = decoded.table([Column.PATH, Column.NOTE, Column.REASON])
    found = audit(ingested, files, similar, layout, options.warn_auroc, acquisition)
    for warning in found.warnings:
        logger.warning(warning)
    return found
