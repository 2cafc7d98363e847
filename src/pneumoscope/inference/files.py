"""Files read and predicted, a batch at a time: as the inference pipeline names and warns."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pneumoscope.inference.predictor import BATCH, Predictor
from pneumoscope.inference.records import FilmPrediction
from pneumoscope.ingestion.file_scan import Reader
from pneumoscope.ingestion.private_names import DICOM_SUFFIXES
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.ingestion.tag_warnings import film_warnings
from pneumoscope.naming import Column

_DIGITS = 16
"""Hexadecimal digits of a hash that tell a file from all others."""

_WARNED_BY = [Column.REASON, "brightness", "contrast", "orientation", "said"]


def predict_files(
    predictor: Predictor,
    files: Mapping[str, Reader],
    prevalence: float | None = None,
    found: Collection[str] = (),
) -> list[FilmPrediction]:
    """Read, score and predict files, as the inference pipeline does.

    Args:
        predictor: The model, with all that was locked.
        files: Path to a function that reads that file's bytes.
        prevalence: Share of PNEUMONIA that probabilities shall hold for.
        found: Which of the paths nobody has named: of these, a DICOM is called by its hash, for
            the name of its file can name a patient.

    Returns:
        One record a file; a file that could not be read has its reason, and no score.
    """
    names: list[str] = []
    records: list[FilmPrediction] = []
    seen: dict[str, list[Any]] = {name: [] for name in _WARNED_BY}
    for batch in _batches(predictor, files):
        names += [_name(file, found) for file in batch]
        records += predictor.predict(batch, prevalence)
        for name, column in seen.items():
            column += [getattr(file, name) for file in batch]
    # Looked at together, films are far darker than the others, and not than is usual elsewhere.
    rows = zip(records, names, film_warnings(seen), strict=True)
    return [replace(record, path=name, warning=warning) for record, name, warning in rows]


def _batches(predictor: Predictor, files: Mapping[str, Reader]) -> Iterator[list[ScannedFile]]:
    names = list(files)
    for start in range(0, len(names), BATCH):
        yield [predictor.read(name, files[name]) for name in names[start : start + BATCH]]


def _name(file: ScannedFile, found: Collection[str]) -> str:
    is_dicom = file.dicom or file.path.lower().endswith(DICOM_SUFFIXES)
    if not is_dicom or file.path not in found:
        return file.path
    return f"{file.sha256[:_DIGITS] or 'unread'}.dcm"
