import pandas as pd
import pytest

from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.patient_key import VARIABLE, PatientKey
from pneumoscope.ingestion.private_names import hidden_path, hide_names
from pneumoscope.naming import HiddenNames

PATHS = ["train/NORMAL/DOE^JANE/4711.dcm", "train/NORMAL/DOE^JANE/letter.pdf"]


@pytest.fixture
def key(tmp_path, monkeypatch) -> PatientKey:
    monkeypatch.setenv(VARIABLE, "a secret of the site")
    return PatientKey(tmp_path / "none")


def files(paths: list[str], **columns: object) -> pd.DataFrame:
    found = {"dicom": False, "patient_id": "", "subtype": "", "sha256": ""}
    return pd.DataFrame({"path": paths, **found, **columns})


def test_folders_that_mean_something_stay_and_others_tell_nothing(key, ingestion_options):
    layout = Layout(ingestion_options.class_folders, [])
    train, label, folder, name = hidden_path(PATHS[0], layout, key).split("/")
    assert (train, label) == ("train", "NORMAL")
    assert name.endswith(".dcm")
    assert len(folder) == len(name.removesuffix(".dcm")) == 16
    assert hidden_path(PATHS[1], layout, key).split("/")[2] == folder
    assert hidden_path("Virus/a b/", layout, key).startswith("Virus/")
    assert hidden_path("Virus/a b/", layout, key).endswith("/")


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.DCM", ".dcm"), ("a.4711", ""), ("1.2.840.7", ""), ("Doe.Jane", "")]
)
def test_a_suffix_that_could_name_somebody_is_left_out(key, ingestion_options, name, suffix):
    layout = Layout(ingestion_options.class_folders, [])
    hidden = hidden_path(name, layout, key)
    assert hidden[16:] == suffix


def test_names_are_hidden_where_a_collection_holds_a_dicom(key, ingestion_options):
    pictures = files(["NORMAL/a.jpeg", "NORMAL/b.png"])
    assert (
        hide_names(pictures, ingestion_options, key)["path"].tolist() == pictures["path"].tolist()
    )
    for one in (pictures.assign(dicom=[True, False]), files(PATHS)):
        hidden = hide_names(one, ingestion_options, key)["path"]
        assert not hidden.str.contains("DOE|4711|letter|/a|/b", regex=True).any()
        assert hidden.is_unique


def test_a_suffix_makes_no_dicom_of_what_was_read(key, ingestion_options):
    read = files(["NORMAL/a.dcm", "NORMAL/b.jpeg"], sha256="a hash")
    assert hide_names(read, ingestion_options, key)["path"].tolist() == [
        "NORMAL/a.dcm",
        "NORMAL/b.jpeg",
    ]


def test_hiding_can_be_asked_for_and_left_off(key, ingestion_options):
    def chosen(value: HiddenNames, table: pd.DataFrame) -> list[str]:
        options = ingestion_options.model_copy(update={"hidden_names": value})
        return hide_names(table, options, key)["path"].tolist()

    assert chosen(HiddenNames.NONE, files(PATHS, dicom=True)) == PATHS
    assert "a.jpeg" not in chosen(HiddenNames.ALL, files(["NORMAL/a.jpeg"]))[0]


def test_a_patient_that_only_a_name_tells_keeps_films_together(key, ingestion_options):
    paths = [f"train/PNEUMONIA/person{n}_virus_{i}.dcm" for n in (1, 2) for i in (3, 4)]
    found = hide_names(files(paths, dicom=True), ingestion_options, key)
    first, second, third, _ = found["patient_id"]
    assert first == second != third
    assert first.startswith("name-")
    assert "virus-1" not in first
    assert set(found["subtype"]) == {"virus"}
    tagged = hide_names(files(paths, dicom=True, patient_id="patient-1"), ingestion_options, key)
    assert set(tagged["patient_id"]) == {"patient-1"}
