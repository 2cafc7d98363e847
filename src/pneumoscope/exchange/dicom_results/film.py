"""What a result takes over from its film: who and which study it is of, and nothing else."""

import logging
import re
import uuid
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

from pydicom import Dataset, dcmread
from pydicom.config import disable_value_validation

from pneumoscope.exchange.dicom_results.records import Kind

# It shows names of patients in what it says of them.
logging.getLogger("highdicom").setLevel(logging.CRITICAL)

FORM = "1"
"""Of the results; another form makes other objects, under UIDs of their own."""

UNICODE = "ISO_IR 192"

_NAMESPACE = uuid.UUID("5cbb1ba4-8b3c-5f0d-9a58-0f5a0d9f6a01")
_UID = re.compile(r"(?=.{1,64}$)[0-9]+(\.[0-9]+)*")
_NEEDED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
_TEXTS = (
    "PatientID", "IssuerOfPatientID", "PatientName", "AccessionNumber", "StudyID",
    "ReferringPhysicianName", "StudyDescription",
)  # fmt: skip
_FORMS = {
    "BodyPartExamined": "[A-Z0-9_ ]{1,16}",
    "PatientBirthDate": r"\d{8}", "PatientSex": "[MFO]", "PatientAge": r"\d{3}[DWMY]",
    "StudyDate": r"\d{8}", "StudyTime": r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?",
}  # fmt: skip
_OPTIONAL = ("IssuerOfPatientID", "StudyDescription", "PatientAge", "BodyPartExamined")
_READ = (
    *_NEEDED, *_TEXTS, *_FORMS, "SpecificCharacterSet", "BurnedInAnnotation", "InstanceNumber",
    "Modality",
)  # fmt: skip


class NoResult(ValueError):
    """A film that no result can be made of, with the reason."""


@dataclass(frozen=True)
class SourceFilm:
    """The tags of a film that its results need, each with a valid value or empty.

    Attributes:
        tags: Patient, study and the film's own UIDs, text as Unicode.
        burnt_in: What the film says of burnt-in names, YES or NO; empty where it does not.
        number: Its number in its series.
    """

    tags: Dataset = field(repr=False)
    burnt_in: str
    number: int

    def uid(self, level: str, kind: Kind, *says: str) -> str:
        """Give the UID of a result, the same whenever it is made.

        Args:
            level: Keyword of the film's UID that it stands for: of the instance, or the series.
            kind: Report or overlay.
            *says: What else the result depends on.
        """
        parts = (FORM, level, str(self.tags[level].value), kind.value, *says)
        return f"2.25.{uuid.uuid5(_NAMESPACE, chr(0).join(parts)).int}"


def read_film(data: bytes) -> SourceFilm:
    """Read the tags of a film.

    Raises:
        NoResult: It says of no study, or its tags cannot be read.
    """
    try:
        # What pydicom warns of shows values, which are a patient's.
        with warnings.catch_warnings(), disable_value_validation():
            warnings.simplefilter("ignore")
            found = dcmread(BytesIO(data), force=True, specific_tags=list(_READ))
            given = {name: _text(found, name) for name in _READ}
    except Exception as error:
        raise NoResult(f"its tags cannot be copied ({type(error).__name__})") from None
    for name in _NEEDED:
        if not _UID.fullmatch(given[name]):
            raise NoResult(f"it has no valid {name}, by which a result would join its study")
    burnt_in = given["BurnedInAnnotation"].upper()
    number = given["InstanceNumber"]
    return SourceFilm(
        _tags(given),
        burnt_in if burnt_in in ("YES", "NO") else "",
        int(number) if number.isdecimal() and 0 < int(number) < 2**31 else 1,
    )


def _text(found: Dataset, name: str) -> str:
    value = found.get(name)
    return "" if value is None else str(value).strip(" \0")


def _tags(given: dict[str, str]) -> Dataset:
    tags = Dataset()
    with warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")
        for name in (*_NEEDED, *_TEXTS, *_FORMS):
            value = given[name] if _is_valid(name, given[name]) else ""
            if value or name not in _OPTIONAL:
                setattr(tags, name, value)
        tags.Modality = given["Modality"]
        tags.SpecificCharacterSet = UNICODE
    return tags


def _is_valid(name: str, value: str) -> bool:
    if not re.fullmatch(_FORMS.get(name, ".*"), value, re.DOTALL):
        return False
    try:
        return not name.endswith("Date") or bool(datetime.strptime(value, "%Y%m%d"))
    except ValueError:
        return False
