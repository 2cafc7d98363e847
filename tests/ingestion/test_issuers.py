"""One patient's number with and without an issuer, from the tags to the manifest."""

import pandas as pd
import pytest

from pneumoscope.ingestion.issuers import ONE, SEVERAL, join_numbers
from pneumoscope.ingestion.manifest import sort_out
from pneumoscope.ingestion.patient_key import VARIABLE, PatientKey
from pneumoscope.ingestion.scan import scan
from pneumoscope.ingestion.tag_warnings import tag_sentences


def ingested(numbers, options, tmp_path):
    """Ingest a film for each number and issuer, as the pipeline does."""
    pytest.importorskip("pydicom", reason="the extra dicom is not installed")
    from dicom_files import chest, film

    def written(number, issuer):
        tags = {"IssuerOfPatientID": issuer} if issuer else {}
        data = film(chest(), PatientID=number, **tags)
        return lambda: data

    files = {f"NORMAL/{n}.dcm": written(*one) for n, one in enumerate(numbers)}
    scanned = scan(files, options, key=PatientKey(tmp_path / "none"))
    table = pd.DataFrame([{k: v for k, v in vars(f).items() if k != "pixels"} for f in scanned])
    names = {f"NORMAL/{n}.dcm": n for n in range(len(numbers))}
    manifest = sort_out(scanned.named(table), options).manifest
    return manifest.assign(n=manifest["path"].map(names)).sort_values("n")


@pytest.fixture
def ingest(ingestion_options, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "a secret of the site")
    options = ingestion_options.model_copy(update={"hidden_names": "none"})
    return lambda *numbers: ingested(numbers, options, tmp_path)


def test_a_number_with_and_without_issuer_is_one_patient_and_told(ingest):
    manifest = ingest(("7", "A"), ("7", ""), ("7", "A"), ("8", "A"))
    patients = manifest["patient_id"].tolist()
    assert len(set(patients[:3])) == 1 and patients[3] != patients[0]
    (sentence,) = [s for s in tag_sentences(manifest) if "issuer" in s]
    assert sentence == (
        f"3 of 4 radiographs have tags that speak of {ONE}: "
        "NORMAL/0.dcm, NORMAL/1.dcm, NORMAL/2.dcm."
    )


def test_a_number_of_two_issuers_is_two_patients_unless_a_film_names_neither(ingest):
    manifest = ingest(("7", "A"), ("7", "B"))
    assert manifest["patient_id"].nunique() == 2
    assert not any("issuer" in sentence for sentence in tag_sentences(manifest))
    manifest = ingest(("7", "A"), ("7", "B"), ("7", ""))
    assert len(set(manifest["patient_id"])) == 1
    (sentence,) = [s for s in tag_sentences(manifest) if "issuer" in s]
    assert sentence.startswith(f"3 of 3 radiographs have tags that speak of {SEVERAL}: ")


def test_where_all_films_name_an_issuer_or_none_does_nothing_is_said(ingest):
    for numbers in [(("7", "A"), ("7", "A"), ("8", "B")), (("7", ""), ("7", ""), ("8", ""))]:
        manifest = ingest(*numbers)
        assert manifest["patient_id"].tolist()[0] == manifest["patient_id"].tolist()[1]
        assert manifest["patient_id"].nunique() == 2
        assert not any("issuer" in sentence for sentence in tag_sentences(manifest))


def test_earlier_warnings_stay_and_films_without_number_are_left_alone():
    files = pd.DataFrame(
        {
            "patient_id": ["patient-aa", "patient-bb", "", "person7"],
            "number": ["bb", "bb", "", None],
            "said": ["its tags speak of x", "", "", None],
        }
    )
    joined = join_numbers(files)
    assert joined["patient_id"].tolist() == ["patient-bb", "patient-bb", "", "person7"]
    assert joined["said"].tolist() == [
        f"its tags speak of x; its tags speak of {ONE}", f"its tags speak of {ONE}", "", "",
    ]  # fmt: skip
