"""Reports and pictures opened again by pydicom and highdicom, and held against the standard."""

import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from io import BytesIO

import numpy as np
import pytest

pytest.importorskip("highdicom", reason="the extra dicom_results is not installed")
pytest.importorskip("imagecodecs", reason="the extra dicom_results is not installed")

import pydicom
from example_findings import FINGERPRINT, WHO, dicom_film, finding, picture
from highdicom.sr import ComprehensiveSR

from pneumoscope.exchange.dicom_results.film import NoResult, read_film
from pneumoscope.exchange.dicom_results.made import make_results
from pneumoscope.exchange.dicom_results.overlay import BURNT_IN, draw, words
from pneumoscope.naming import Label
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoding import decode

MADE = datetime(2026, 1, 2, 3, 4, 5)
COPIED = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
    "ReferringPhysicianName",
)  # fmt: skip
HAS_DCIODVFY = shutil.which("dciodvfy") is not None


def both(data: bytes, said=None, drawn=None) -> dict[str, bytes]:
    made = make_results(read_film(data), said or finding(), drawn or picture(), MADE)
    assert all(opened(found.data).SOPInstanceUID == found.uid for found in made.values())
    return {kind.value: found.data for kind, found in made.items()}


def opened(data: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(BytesIO(data))


def group(data: bytes):
    (found,) = ComprehensiveSR.from_dataset(opened(data)).content.get_image_measurement_groups()
    return found


def numbers(data: bytes) -> dict[str, float]:
    return {one.name.value: one.value for one in group(data).get_measurements()}


def evaluated(data: bytes) -> dict[str, str]:
    return {one.name.value: one.value.meaning for one in group(data).get_qualitative_evaluations()}


def texts(data: bytes) -> list[str]:
    """Return every comment of the measurement group."""
    return [
        item.TextValue
        for item in group(data)[0].ContentSequence
        if item.ValueType == "TEXT" and item.ConceptNameCodeSequence[0].CodeMeaning == "Comment"
    ]


def test_every_value_is_read_again_as_it_was():
    data = both(dicom_film())["report"]
    assert numbers(data) == {
        "score": float(np.float32(0.8734512)), "threshold": 0.4312, "zone-low": 0.4,
        "zone-high": 0.47, "probability": 0.4123456789012345, "prevalence": 0.05, "p-value": 0.37,
    }  # fmt: skip
    assert evaluated(data) == {
        "prediction": "Present", "grey-zone": "No", "out-of-distribution": "No",
    }  # fmt: skip
    assert texts(data) == ["For research. Not for diagnosis."]
    algorithm = {
        item.ConceptNameCodeSequence[0].CodeMeaning: item.TextValue
        for item in group(data)[0].ContentSequence
        if item.ValueType == "TEXT"
    }
    assert algorithm["Algorithm Name"] == "cnn"
    assert algorithm["Algorithm Version"] == FINGERPRINT
    assert group(data).finding_type.value == "233604007"
    (source,) = group(data).source_images
    assert source.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == "1.2.3.4.5"


@pytest.mark.parametrize(
    ("given", "called", "zone"),
    [
        ({"prediction": Label.NORMAL}, "Absent", "No"),
        ({"prediction": None}, "Indeterminate", "No"),
        ({"grey_zone": True}, "Present", "Yes"),
    ],
)
def test_the_decision_is_that_of_the_predictions(given, called, zone):
    found = evaluated(both(dicom_film(), finding(**given))["report"])
    assert (found["prediction"], found["grey-zone"]) == (called, zone)


def test_a_film_unlike_train_has_no_probability_and_says_why():
    said = finding(
        out_of_distribution=True, out_of_distribution_reason="looks inverted", probability=None
    )
    data = both(dicom_film(), said)["report"]
    assert not {"probability", "prevalence"} & set(numbers(data))
    assert evaluated(data)["out-of-distribution"] == "Yes"
    assert texts(data)[1:] == [
        "Unlike the films of training: looks inverted",
        "No probability: none was fitted on films unlike those of training.",
    ]


def test_without_a_zone_or_a_calibration_there_are_no_numbers_of_them():
    data = both(dicom_film(), finding(zone=None, probability=None, prevalence=None))["report"]
    assert set(numbers(data)) == {"score", "threshold", "p-value"}
    assert texts(data)[1:] == ["No probability: the scores of the model have no calibration."]


@pytest.mark.parametrize("kind", ["report", "overlay"])
def test_patient_and_study_are_those_of_the_film(kind):
    found = opened(both(dicom_film())[kind])
    for name in COPIED:
        assert str(found[name].value) == WHO[name], name
    assert found.SeriesInstanceUID != WHO["SeriesInstanceUID"]
    assert found.Manufacturer == "Pneumoscope"
    assert "not for diagnosis" in found.SeriesDescription


@pytest.mark.parametrize("kind", ["report", "overlay"])
@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"PatientSex": "unknown", "PatientBirthDate": "00000000", "StudyTime": "99"},
        {name: None for name in COPIED if name != "StudyInstanceUID"},
        {"BodyPartExamined": None},
        {"BodyPartExamined": "HAND", "PatientName": "Anonymous"},
        {"SpecificCharacterSet": ["", "ISO 2022 IR 87"], "PatientName": "Yamada^Tarou=山田^太郎"},
        {"InstanceNumber": None, "IssuerOfPatientID": None, "PatientAge": "5"},
        {"BurnedInAnnotation": "YES", "StudyDescription": "x" * 64},
    ],
    ids=["usual", "invalid values", "nothing", "no part", "hand", "Japanese", "sparse", "burnt in"],
)
@pytest.mark.skipif(not HAS_DCIODVFY, reason="dciodvfy of dicom3tools is not installed")
def test_dciodvfy_finds_no_error(tags, kind, tmp_path):
    (tmp_path / "result.dcm").write_bytes(both(dicom_film(**tags))[kind])
    said = subprocess.run(
        ["dciodvfy", str(tmp_path / "result.dcm")], capture_output=True, text=True, check=False
    ).stderr
    assert {"SCImage", "ComprehensiveSR"} & set(said.splitlines())
    assert "Error" not in said


def test_names_of_other_alphabets_are_the_same_patient():
    tags = {"SpecificCharacterSet": ["", "ISO 2022 IR 87"], "PatientName": "Yamada=山田^太郎"}
    for data in both(dicom_film(**tags)).values():
        assert str(opened(data).PatientName) == "Yamada=山田^太郎"


def test_what_is_invalid_is_left_empty_and_never_guessed():
    for data in both(dicom_film(PatientSex="unknown", PatientBirthDate="20191350")).values():
        assert opened(data).PatientSex == ""
        assert opened(data).PatientBirthDate == ""


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"StudyInstanceUID": None}, "no valid StudyInstanceUID"),
        ({"SOPInstanceUID": "secret-name"}, "no valid SOPInstanceUID"),
        ({"SeriesInstanceUID": ""}, "no valid SeriesInstanceUID"),
    ],
)
def test_a_film_without_a_study_gets_a_reason_that_shows_no_value(tags, said):
    with pytest.raises(NoResult, match=said) as raised:
        read_film(dicom_film(**tags))
    assert "secret" not in str(raised.value)


def test_no_tags_at_all_are_a_reason():
    with pytest.raises(NoResult):
        read_film(b"\0" * 128 + b"DICM" + b"\xff" * 40)


def test_uids_are_the_same_for_the_same_and_others_for_another_result():
    film = dicom_film()
    usual = {name: opened(data).SOPInstanceUID for name, data in both(film).items()}
    again = {name: opened(data).SOPInstanceUID for name, data in both(film).items()}
    assert usual == again
    assert all(uid.startswith("2.25.") and len(uid) <= 64 for uid in usual.values())
    others = [
        both(film, finding(fingerprint="f" * 64)), both(film, finding(prevalence=0.1)),
        both(film, finding(threshold=0.5)), both(dicom_film(SOPInstanceUID="1.2.3.4.6")),
    ]  # fmt: skip
    found = {opened(data).SOPInstanceUID for other in others for data in other.values()}
    assert len(found) == 8
    assert not found & set(usual.values())
    # Scores of other machines differ in the last digits, and are the same result.
    assert opened(both(film, finding(score=0.8734513))["report"]).SOPInstanceUID == usual["report"]


@pytest.mark.parametrize(("told", "says"), [("YES", "YES"), ("NO", "NO"), (None, None)])
def test_what_is_burnt_into_the_film_is_told_as_the_film_tells_it(told, says):
    found = opened(both(dicom_film(BurnedInAnnotation=told or ""))["overlay"])
    assert found.get("BurnedInAnnotation") == says


def test_the_picture_shows_film_map_and_notice_and_refers_to_its_film():
    data = both(dicom_film())["overlay"]
    found = opened(data)
    pixels = found.pixel_array
    assert pixels.shape[2] == 3
    assert found.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4.5"
    assert found.Modality == "OT"
    film = picture().seen
    # Below the strip, left of the middle, beside the letters: the film, enlarged.
    left = pixels[-300, : pixels.shape[1] // 2]
    assert (left == left[:, :1]).all()
    assert np.ptp(left) > 3
    right = pixels[-300, pixels.shape[1] // 2 :]
    assert (right != right[:, :1]).any()
    assert film.shape == (40, 32)


def test_without_a_map_the_film_stands_alone_and_the_reason_below():
    alone = draw(finding(), picture(attribution=False))
    assert alone.shape[1] * 2 == draw(finding(), picture()).shape[1]
    assert any(line.startswith("no map:") for line in words(finding(), picture(False)))
    without = replace(picture(False), method="none: nothing spoke")
    assert "no map: nothing spoke" in words(finding(), without)


def test_the_words_below_say_what_there_is_to_say_and_no_more():
    assert words(finding(), picture()) == [
        "PNEUMONIA: score 0.8735, threshold 0.4312",
        "probability 41.2% where 5.0% have pneumonia",
        "right: what spoke for the decision (Grad-CAM of cnn)",
        "For research. Not for diagnosis.",
    ]
    doubtful = finding(
        prediction=None, grey_zone=True, probability=None, out_of_distribution=True,
        out_of_distribution_reason="looks inverted",
    )  # fmt: skip
    assert words(doubtful, picture())[:3] == [
        "left undecided: score 0.8735, threshold 0.4312",
        "in the grey zone: a human should look first",
        "unlike the films of training: looks inverted",
    ]
    assert "DIAGNOSIS" in BURNT_IN


def test_results_are_never_taken_for_films(ingestion_options):
    for kind, data in both(dicom_film()).items():
        with pytest.raises(UnreadableRadiograph, match="a result of Pneumoscope, no film"):
            decode(data, ingestion_options)
        assert kind
