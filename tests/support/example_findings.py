"""What a model says of a film, and films of made-up patients, for tests of DICOM results."""

from dataclasses import replace
from typing import Any

import numpy as np
from dicom_files import chest, film

from pneumoscope.exchange.dicom_results.records import Finding, Picture
from pneumoscope.naming import Label

FINGERPRINT = "0123456789abcdef" * 4

WHO = {
    "PatientName": "Müller^Jürg", "PatientID": "4711", "IssuerOfPatientID": "Ward",
    "PatientBirthDate": "20190203", "PatientSex": "M", "PatientAge": "005Y",
    "StudyDate": "20240131",
    "StudyTime": "101112", "StudyID": "S1", "AccessionNumber": "A77", "BodyPartExamined": "CHEST",
    "ReferringPhysicianName": "Doe^Jane", "StudyDescription": "Thorax", "InstanceNumber": 3,
    "SpecificCharacterSet": "ISO_IR 100", "StudyInstanceUID": "1.2.3",
    "SeriesInstanceUID": "1.2.3.4",
    "SOPInstanceUID": "1.2.3.4.5",
}  # fmt: skip


def dicom_film(**tags: Any) -> bytes:
    """Give a film of that patient; keywords are tags, None leaves one out."""
    given = {name: value for name, value in {**WHO, **tags}.items() if value is not None}
    left_out = [name for name, value in tags.items() if value is None and name not in WHO]
    return film(chest(), **given, **dict.fromkeys(left_out))


def finding(**given: Any) -> Finding:
    """Give a finding; keywords replace what it says."""
    said = Finding(
        model="cnn", fingerprint=FINGERPRINT, score=float(np.float32(0.8734512)),
        threshold=0.4312,
        zone=(0.4, 0.47), grey_zone=False, prediction=Label.PNEUMONIA,
        probability=0.4123456789012345,
        prevalence=0.05, out_of_distribution=False, out_of_distribution_p=0.37,
        out_of_distribution_reason="", remarks="", notice="For research. Not for diagnosis.",
    )  # fmt: skip
    return replace(said, **given)


def picture(attribution: bool = True) -> Picture:
    """Give what a model saw of a film."""
    seen = np.linspace(0, 255, 40 * 32).reshape(40, 32).astype(np.uint8)
    found = (seen / 255).astype(np.float32) if attribution else None
    return Picture(seen, found, "Grad-CAM of cnn", "what spoke for the decision")
