"""Both results of a film, written as files."""

import warnings
from datetime import datetime
from io import BytesIO

from pydicom import Dataset
from pydicom.config import disable_value_validation

from pneumoscope.exchange.dicom_results.film import SourceFilm
from pneumoscope.exchange.dicom_results.overlay import overlay
from pneumoscope.exchange.dicom_results.records import DicomObject, Finding, Kind, Picture
from pneumoscope.exchange.dicom_results.report import report


def make_results(
    film: SourceFilm, finding: Finding, picture: Picture, made: datetime
) -> dict[Kind, DicomObject]:
    """Make the report and the picture of one film.

    Args:
        film: Whose patient and study they take over.
        finding: What is said.
        picture: What is drawn.
        made: When.
    """
    # What pydicom and highdicom warn of shows the patient's name.
    with warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")
        found = {
            Kind.REPORT: report(film, finding, made),
            Kind.OVERLAY: overlay(film, finding, picture, made),
        }
        return {kind: _written(dataset) for kind, dataset in found.items()}


def _written(dataset: Dataset) -> DicomObject:
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return DicomObject(str(dataset.SOPInstanceUID), stream.getvalue())
