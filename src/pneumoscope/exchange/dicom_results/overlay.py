"""What spoke for a prediction, laid over the film, as a secondary capture."""

from datetime import datetime

import cv2
import numpy as np
from highdicom.sc import SCImage
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom import Dataset

from pneumoscope import __version__
from pneumoscope.exchange.dicom_results.film import UNICODE, SourceFilm
from pneumoscope.exchange.dicom_results.records import Finding, Kind, Picture
from pneumoscope.exchange.dicom_results.report import NUMBERS, SERIES
from pneumoscope.radiographs.decoders.dicom_file.claims import MAKER
from pneumoscope.report.pictures import overlaid
from pneumoscope.report.wording import percent

SIDE = 512
"""Pixels of the longer side of the film in the picture."""

NOTICE = "NOT FOR DIAGNOSIS"
BURNT_IN = f"RESEARCH AND TEACHING - {NOTICE}"
"""Drawn on the film, and above and below it."""

Colour = NDArray[np.uint8]

_LETTERS, _GAP = 15, 6
_PATIENT = (
    "PatientID", "IssuerOfPatientID", "PatientName", "PatientBirthDate", "PatientSex", "PatientAge",
    "AccessionNumber", "StudyID", "StudyDate", "StudyTime", "ReferringPhysicianName",
    "StudyDescription", "BodyPartExamined",
)  # fmt: skip


def overlay(film: SourceFilm, finding: Finding, picture: Picture, made: datetime) -> Dataset:
    """Draw a film with its attribution map and the decision as a capture of the film's study.

    Args:
        film: Whose patient and study it takes over.
        finding: What is burnt in.
        picture: What is drawn.
        made: When.
    """
    drawn = draw(finding, picture)
    says = (Kind.OVERLAY, finding.origin, picture.method)
    captured = SCImage(
        pixel_array=drawn,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),
        study_instance_uid=film.tags.StudyInstanceUID,
        series_instance_uid=film.uid("SeriesInstanceUID", *says),
        series_number=NUMBERS[Kind.OVERLAY],
        sop_instance_uid=film.uid("SOPInstanceUID", *says),
        instance_number=film.number,
        manufacturer=MAKER,
        manufacturer_model_name=finding.model[:64],
        software_versions=__version__,
        device_serial_number=finding.fingerprint,
        series_description=SERIES,
        specific_character_set=UNICODE,
        content_date=made.date(),
        content_time=made.time(),
    )
    # How the film lies is not known for certain.
    captured.PatientOrientation = []
    if film.tags.get("BodyPartExamined") != "CHEST":
        captured.Laterality = ""  # of which side, where the part has two: it is not known
    captured.DerivationDescription = f"{picture.method}. {finding.notice}"[:1024]
    if film.burnt_in:
        captured.BurnedInAnnotation = film.burnt_in
    _take_over(captured, film)
    return captured


def draw(finding: Finding, picture: Picture) -> Colour:
    """Draw the film, the same with its map, and what is said of it above and below.

    Returns:
        uint8 (height, width, 3).
    """
    seen = _enlarged(picture.seen)
    parts = [np.stack([seen] * 3, axis=-1)]
    if picture.attribution is not None:
        parts.append(overlaid(seen, np.clip(_enlarged(picture.attribution), 0, 1)))
    # On each, where no crop of the strips takes it away.
    films = np.concatenate([_marked(part) for part in parts], axis=1)
    lines = words(finding, picture)
    above = _lettered([BURNT_IN, f"{MAKER}, model {finding.model} {finding.fingerprint[:12]}"],
                      films.shape[1])  # fmt: skip
    return np.concatenate([above, films, _lettered([*lines, BURNT_IN], films.shape[1])])


def words(finding: Finding, picture: Picture) -> list[str]:
    """Give the lines below the film."""
    called = "left undecided" if finding.prediction is None else finding.prediction.value
    lines = [f"{called}: score {finding.score:.4f}, threshold {finding.threshold:.4f}"]
    if finding.grey_zone:
        lines.append("in the grey zone: a human should look first")
    if finding.probability is not None and finding.prevalence is not None:
        lines.append(
            f"probability {percent(finding.probability)} where {percent(finding.prevalence)} "
            "have pneumonia"
        )
    if finding.out_of_distribution:
        lines.append(f"unlike the films of training: {finding.out_of_distribution_reason}")
    meaning = f"right: {picture.meaning} ({picture.method})"
    without = f"no map: {picture.method.removeprefix('none: ')}"
    lines.append(meaning if picture.attribution is not None else without)
    return [*lines, finding.notice]


def _marked(film: Colour) -> Colour:
    marked = Image.fromarray(film)
    ImageDraw.Draw(marked).text(
        (_GAP, _GAP), NOTICE, "white", ImageFont.load_default(_LETTERS), stroke_width=2,
        stroke_fill="black",
    )  # fmt: skip
    return np.asarray(marked)


def _enlarged(image: np.ndarray) -> np.ndarray:
    height, width = image.shape
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)


def _lettered(lines: list[str], width: int) -> Colour:
    font = ImageFont.load_default(_LETTERS)
    folded = [part for line in lines for part in _fold(line, font, width - 2 * _GAP)]
    strip = Image.new("RGB", (width, len(folded) * (_LETTERS + _GAP) + _GAP))
    pen = ImageDraw.Draw(strip)
    for number, line in enumerate(folded):
        pen.text((_GAP, _GAP + number * (_LETTERS + _GAP)), line, "white", font)
    return np.asarray(strip)


def _fold(line: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    folded = [""]
    for word in line.split():
        longer = f"{folded[-1]} {word}".strip()
        if folded[-1] and font.getlength(longer) > width:
            folded.append(word)
        else:
            folded[-1] = longer
    return folded


def _take_over(captured: Dataset, film: SourceFilm) -> None:
    for name in _PATIENT:
        if name in film.tags:
            captured[name] = film.tags[name]
    source = Dataset()
    source.ReferencedSOPClassUID = film.tags.SOPClassUID
    source.ReferencedSOPInstanceUID = film.tags.SOPInstanceUID
    captured.SourceImageSequence = [source]
