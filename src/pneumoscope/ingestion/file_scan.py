"""One file of a collection: hashed, its header read, decoded once."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from pneumoscope.ingestion.litter import LITTER, is_document, is_litter
from pneumoscope.ingestion.patient_key import BY_TAGS, PatientKey
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.naming import Source
from pneumoscope.options import DecodingOptions
from pneumoscope.provenance import source_of
from pneumoscope.radiographs.acquisition import measure_film
from pneumoscope.radiographs.appearance import appearance_of
from pneumoscope.radiographs.decoders import dicom
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoding import check_size, decode
from pneumoscope.radiographs.recorded import Identity, Recorded, is_unknown

logger = logging.getLogger(__name__)

Reader = Callable[[], bytes]
"""Reads one file, or raises OSError; one that has a `size` (bytes) is asked for it first."""


def scan_file(
    item: tuple[str, Reader],
    options: DecodingOptions,
    source: Source = Source.FOLDER,
    key: PatientKey | None = None,
    measured: bool = False,
) -> ScannedFile:
    """Hash, inspect and decode one file; a bad one has a reason, and nothing is raised.

    Args:
        item: Its path, and a function that reads its bytes.
        options: Working scale and bounds.
        source: Where it is read from.
        key: The site's, for what identifies a patient.
        measured: Whether a film is measured and made small while its pixels are at hand.
    """
    path, read = item
    if is_litter(path):
        return ScannedFile(path, reason=LITTER)
    try:
        # A sparse file of many gigabytes takes no room on disk and all of the memory.
        check_size(size := getattr(read, "size", 0), options)
        data = read()
    except UnreadableRadiograph as error:
        return ScannedFile(path, size, reason=str(error))
    except OSError as error:
        what = "the folder was not entered" if path.endswith("/") else "the file cannot be read"
        return ScannedFile(path, reason=f"{what}: {error.strerror or error}")
    sha256 = hashlib.sha256(data).hexdigest()
    if is_document(path, data):
        return ScannedFile(path, len(data), sha256, reason=LITTER)
    is_dicom = dicom.recognises(data)
    try:
        found = decode(data, options)
    except UnreadableRadiograph as error:
        return ScannedFile(path, len(data), sha256, reason=str(error), dicom=is_dicom)
    seen = appearance_of(found.pixels)
    return ScannedFile(
        path, len(data), sha256, found.width, found.height, found.mode, found.note,
        source=source_of(data, source), bits=found.bits, **vars(seen), pixels=found.pixels,
        measured=measure_film(found.pixels) if measured else None,
        dicom=is_dicom, **_recorded(found.recorded, key),
    )  # fmt: skip


def _recorded(found: Recorded, key: PatientKey | None) -> dict[str, Any]:
    """Give what is on record of a film, its patient and study by pseudonyms alone."""
    known = {
        field.name: getattr(found, field.name)
        for field in fields(found)
        if field.name not in ("identity", "warning")
    }
    return {**known, "said": found.warning, **_pseudonyms(found.identity, key)}


def _pseudonyms(identity: Identity, key: PatientKey | None) -> dict[str, str]:
    if key is None:
        return {}
    # All films of a patient `UNKNOWN` are not of one.
    patient = "" if is_unknown(identity.patient) else identity.patient
    study = identity.study
    return {
        "patient_id": patient and BY_TAGS + key.pseudonym("patient", identity.issuer, patient),
        "number": patient and key.pseudonym("patient", "", patient),
        "study": study and f"study-{key.pseudonym('study', study)}",
    }
