"""A hospital's export from its files to the manifest: patients known, and nobody named."""

import pandas as pd
import pytest

from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.ingestion.file_scan import scan_file
from pneumoscope.ingestion.manifest import Ingested, sort_out
from pneumoscope.ingestion.patient_key import VARIABLE, PatientKey
from pneumoscope.ingestion.scan import scan
from pneumoscope.naming import HiddenNames

pytest.importorskip("pydicom", reason="the extra dicom is not installed")
pytest.importorskip("imagecodecs", reason="the extra dicom is not installed")

from dicom_collection import export, identifying, odd_files
from dicom_files import chest, film


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> tuple:
    folder = tmp_path_factory.mktemp("site") / "films"
    children = export(folder, patients=12)
    list(odd_files(folder, children[0]))
    return folder, children


@pytest.fixture
def ingest(films, ingestion_options, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "a secret of the site")

    def ingest(hidden: HiddenNames = HiddenNames.DICOM) -> tuple[pd.DataFrame, Ingested]:
        options = ingestion_options.model_copy(update={"hidden_names": hidden})
        dataset = DecodedRadiographsDataset(str(tmp_path / f"decoded {hidden}"))
        read = RadiographFolderDataset(str(films[0])).load()
        dataset.save(scan(read, options, key=PatientKey(tmp_path / "none")))
        decoded = dataset.load()
        assert set(decoded) == set(decoded.files.loc[decoded.files["rows"] > 0, "path"])
        return decoded.files, sort_out(decoded.files, options)

    return ingest


def named(tables: list[pd.DataFrame], children: list[str]) -> list[str]:
    text = " ".join(table.to_csv() for table in tables)
    return [value for child in children for value in identifying(child) if value in text]


def test_nothing_that_identifies_is_in_any_table(ingest, films):
    files, found = ingest()
    assert len(found.manifest) + len(found.quarantine) == len(files)
    assert named([files, found.manifest, found.quarantine], films[1]) == []
    # As it would be found, were names not hidden.
    files, found = ingest(HiddenNames.NONE)
    assert named([files], films[1])
    assert named([found.quarantine], films[1])


def test_patients_are_told_apart_by_their_tags_and_kept_together(ingest, films):
    manifest = ingest()[1].manifest
    counts = manifest["patient_id"].value_counts()
    assert len(counts) == len(set(films[1]))
    expected = pd.Series(films[1]).value_counts()
    assert sorted(counts) == sorted(expected)
    assert manifest["study"].nunique() == len(counts)


@pytest.mark.parametrize(
    ("number", "named"), [("UNKNOWN", False), ("N/A", False), ("", False), ("***", False),
                          ("Nan 7", True), ("U", True)],
)  # fmt: skip
def test_a_number_that_says_nothing_is_none(ingestion_options, tmp_path, number, named):
    data = film(chest(), PatientID=number)
    key = PatientKey(tmp_path / "key")
    found = scan_file(("a.dcm", lambda: data), ingestion_options, key=key)
    assert found.reason == ""
    assert bool(found.patient_id) == named
