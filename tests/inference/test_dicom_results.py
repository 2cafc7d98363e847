"""Predictions of a folder made DICOM objects: each file has its results, or the reason why not."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("highdicom", reason="the extra dicom_results is not installed")

import pydicom
from example_findings import FINGERPRINT, dicom_film
from highdicom.sr import ComprehensiveSR

from pneumoscope.exchange.dicom_results.records import Kind
from pneumoscope.inference import dicom_results
from pneumoscope.inference.dicom_results import DicomResults, finding_of
from pneumoscope.inference.maps import DecisionMaps
from pneumoscope.inference.predictions import COLUMNS
from pneumoscope.naming import Column, Label

USUAL = {
    Column.PREDICTION: "PNEUMONIA", Column.GREY_ZONE: False, Column.SCORE: 0.75,
    Column.PROBABILITY: 0.5, Column.OUT_OF_DISTRIBUTION: False, Column.OUT_OF_DISTRIBUTION_P: 0.4,
    Column.OUT_OF_DISTRIBUTION_REASON: "", Column.REASON: "", Column.NOTE: "", Column.WARNING: "",
    Column.PREVALENCE: 0.1, Column.MODEL: "cnn", Column.FINGERPRINT: FINGERPRINT,
    Column.THRESHOLD: 0.5, Column.ZONE_LOW: None, Column.ZONE_HIGH: None,
    Column.NOTICE: "Not for diagnosis.",
}  # fmt: skip


def row(path: str, data: bytes, **given) -> dict:
    sha256 = hashlib.sha256(data).hexdigest()
    return {**USUAL, Column.PATH: path, Column.SHA256: sha256, **given}


def explained(paths, _positive) -> DecisionMaps:
    films = np.full((len(paths), 32, 32), 100, np.uint8)
    return DecisionMaps(films, films / np.float32(255), "Grad-CAM of cnn", "what spoke")


@pytest.fixture
def results(ingestion_options) -> Callable[..., list]:
    def results(rows: list[dict], *files: Callable[[], bytes]) -> list:
        table = pd.DataFrame(rows, columns=COLUMNS)
        named = {f"{number}.dcm": read for number, read in enumerate(files)}
        made = DicomResults(table, named, explained, ingestion_options, datetime(2026, 1, 2))
        return list(made)

    return results


def reasons(found: list) -> dict[str, str]:
    return {film.path: film.reason for film in found}


def test_every_file_has_its_results_or_a_reason(results, caplog):
    first, second = dicom_film(), dicom_film(SOPInstanceUID="1.2.3.4.6")
    alike = dicom_film(PatientComments="another film of that UID")
    jpeg, homeless = b"\xff\xd8 a JPEG", dicom_film(StudyInstanceUID=None, SOPInstanceUID="1.9")
    rows = [
        row("a", first), row("b", jpeg), row("c", homeless), row("d", alike), row("e", second),
        row("f", b"changed since"), row("g", b"damaged", **{Column.REASON: "cut short"}),
        row("h", first),
    ]  # fmt: skip
    with caplog.at_level(logging.INFO):
        found = results(
            rows, *(lambda data=data: data for data in (first, jpeg, homeless, alike, second))
        )
    assert reasons(found) == {
        "a": "", "b": "no DICOM film", "d": "its SOP instance UID is that of another film",
        "c": "it has no valid StudyInstanceUID, by which a result would join its study",
        "e": "", "f": "it could not be read again", "g": "cut short", "h": "",
    }  # fmt: skip
    by_path = {film.path: film for film in found}
    assert set(by_path["a"].objects) == set(Kind)
    assert by_path["a"].objects == by_path["h"].objects
    assert not by_path["d"].objects
    assert "DICOM results: 3 of 8 files; 1 without: cut short; 1 without:" in caplog.text


def test_a_report_says_what_the_row_says(results):
    film = dicom_film()
    (found,) = results([row("a", film, **{Column.SCORE: 0.8125})], lambda: film)
    data = pydicom.dcmread(BytesIO(found.objects[Kind.REPORT].data))
    (group,) = ComprehensiveSR.from_dataset(data).content.get_image_measurement_groups()
    values = {one.name.value: one.value for one in group.get_measurements()}
    assert values == {
        "score": 0.8125, "threshold": 0.5, "probability": 0.5, "prevalence": 0.1, "p-value": 0.4
    }  # fmt: skip


def test_a_film_that_goes_away_or_is_too_large_is_told(results, ingestion_options):
    class Large:
        size = int(ingestion_options.max_megabytes * 1e6) + 1

        def __call__(self) -> bytes:
            raise AssertionError("it is never read")

    def gone() -> bytes:
        raise OSError("gone")

    film = dicom_film()
    found = results([row("a", film), row("b", b"gone")], Large(), gone, lambda: film)
    assert reasons(found) == {"a": "", "b": "it could not be read again"}


def test_many_films_are_explained_a_few_at_a_time(ingestion_options):
    films = [dicom_film(SOPInstanceUID=f"1.2.3.{number}") for number in range(20)]
    asked = []

    def explain(paths, positive):
        asked.append(len(paths))
        return explained(paths, positive)

    table = pd.DataFrame([row(str(n), film) for n, film in enumerate(films)], columns=COLUMNS)
    files = {str(n): lambda film=film: film for n, film in enumerate(films)}
    made = DicomResults(table, files, explain, ingestion_options, datetime(2026, 1, 2))
    assert sum(not film.reason for film in made) == 20
    assert asked == [16, 4]


def test_tags_that_no_object_can_hold_are_a_reason_without_a_value(results, monkeypatch):
    def fails(*_):
        raise ValueError("Doe^Jane")

    monkeypatch.setattr(dicom_results, "make_results", fails)
    film = dicom_film()
    (found,) = results([row("a", film)], lambda: film)
    assert found.reason == "its tags cannot be copied (ValueError)"


def test_missing_values_of_a_row_are_missing_in_the_finding():
    found = finding_of(
        row("a", b"", **{
            Column.PREDICTION: None, Column.PROBABILITY: np.nan, Column.PREVALENCE: None,
            Column.ZONE_LOW: 0.4, Column.ZONE_HIGH: 0.6, Column.NOTE: "16 bits",
            Column.WARNING: "a lateral view",
        })
    )  # fmt: skip
    assert (found.prediction, found.probability, found.prevalence) == (None, None, None)
    assert found.zone == (0.4, 0.6)
    assert found.remarks == "16 bits; a lateral view"


def test_a_film_unlike_train_has_no_probability():
    outside = {Column.OUT_OF_DISTRIBUTION: True, Column.OUT_OF_DISTRIBUTION_REASON: "inverted"}
    assert finding_of(row("a", b"", **outside)).probability is None
    found = finding_of(row("a", b""))
    assert (found.probability, found.prediction) == (0.5, Label.PNEUMONIA)
