"""Each file read once, sorted into manifest or quarantine, and audited."""

import logging
from collections.abc import Callable, Iterable

import pandas as pd

from pneumoscope.datasets.decoded_radiographs import DecodedRadiographs
from pneumoscope.ingestion.audit import audit
from pneumoscope.ingestion.checks import check_complete, check_worth_running
from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.manifest import Ingested, sort_out
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.ingestion.records import IngestionAudit
from pneumoscope.ingestion.scan import scan
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.ingestion.similarity import similar_radiographs
from pneumoscope.naming import Source
from pneumoscope.options import IngestionOptions

logger = logging.getLogger(__name__)


def scan_files(
    radiographs: dict[str, Callable[[], bytes]],
    options: IngestionOptions,
    source: str,
    patient_key: PatientKey,
) -> Iterable[ScannedFile]:
    """Hash, inspect and decode every file in one pass, streamed to the next dataset."""
    return scan(radiographs, options, Source(source), patient_key)


def sort_files(
    decoded: DecodedRadiographs, options: IngestionOptions
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sort the scanned files into a manifest, yet to be checked, and the quarantine."""
    ingested = sort_out(decoded.files, options)
    check_complete(decoded.files, ingested)
    files, read, refused = map(len, (decoded.files, ingested.manifest, ingested.quarantine))
    logger.info(
        "%s files: %s radiographs of %s patients by names and tags, %s in quarantine, "
        "%s of known litter",
        f"{files:,}", f"{read:,}", f"{ingested.manifest['patient_id'].nunique():,}",
        f"{refused:,}", f"{files - read - refused:,}",
    )  # fmt: skip
    return ingested.manifest, ingested.quarantine


def check_manifest(
    unchecked: pd.DataFrame, quarantine: pd.DataFrame, options: IngestionOptions
) -> pd.DataFrame:
    """Stop a run that would be pointless, before any training; the quarantine is kept."""
    check_worth_running(Ingested(unchecked, quarantine), options)
    return unchecked


def compare_radiographs(manifest: pd.DataFrame, decoded: DecodedRadiographs) -> pd.DataFrame:
    """Find films that look alike as pictures, whatever their bytes and their names."""
    return similar_radiographs(manifest, decoded)


def audit_radiographs(
    manifest: pd.DataFrame,
    quarantine: pd.DataFrame,
    decoded: DecodedRadiographs,
    similar: pd.DataFrame,
    options: IngestionOptions,
) -> IngestionAudit:
    """Audit what was ingested, and log what should worry its user."""
    layout = Layout(options.class_folders, options.patient_patterns)
    ingested = Ingested(manifest, quarantine)
    found = audit(ingested, decoded.files, similar, layout, options.warn_auroc)
    for warning in found.warnings:
        logger.warning(warning)
    return found
