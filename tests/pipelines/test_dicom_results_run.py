"""Films out of a real archive, predicted, and results back into it, by the documented command."""

import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from whole_runs import finish, run

pytest.importorskip("highdicom", reason="the extra dicom_results is not installed")
pytest.importorskip("dicomweb_client", reason="the extra dicom_results is not installed")

import orthanc as support
import pydicom
from dicom_collection import as_dicom, identifying
from highdicom.sr import ComprehensiveSR
from orthanc import PASSWORD, USER, BrokenRoad, Orthanc, orthanc

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(support.MISSING), reason=support.MISSING or "Orthanc is there"),
]

CHILDREN = [f"child {number // 2}" for number in range(6)]
KEY = {"PNEUMOSCOPE_PATIENT_KEY": "a secret of the site, for tests"}
LITTLE_ENDIAN, JPEG_2000 = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.90"


class Site:
    """A hospital with an archive, a run that has a model, and what was printed so far."""

    def __init__(self, folder: Path, archive: Orthanc) -> None:
        self.results, self.archive = folder / "results", archive
        self.printed, self.counts = "", []
        (folder / "netrc").write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n")
        (folder / "netrc").chmod(0o600)
        self._given = {"NETRC": str(folder / "netrc"), **KEY}

    def predict(self, place: str) -> int:
        """Run the command; return its exit status."""
        params = f"films={place},inference.dicom_results=archive"
        code, printed = run(
            self.results, "--pipelines=inference", "--params", params, **self._given
        )
        self.printed += printed
        self.counts.append(len(self.stored()))
        return code

    def stored(self) -> list[dict[str, str]]:
        """Return the results in the archive."""
        return [one for one in self.archive.instances() if one["Modality"] in ("SR", "OT")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run three times: over a network that breaks, over one that is mended, and once more."""
    with orthanc() as archive:
        site = Site(tmp_path_factory.mktemp("site"), archive)
        finish(site.results)
        for number, data in enumerate(films(site.results)):
            archive.put(data)
            assert len(archive.instances()) == number + 1
        road = BrokenRoad(archive.port, b"POST", 5)
        place = archive.place("Modality=DX,CT&StudyDate=20230101-20231231", port=road.port)
        site.broken = site.predict(place)
        road.mend()
        site.mended = site.predict(place), site.predict(place)
        road.close()
        yield site


def films(results: Path) -> list[bytes]:
    """Give phantoms as films of three children, the last of them a CT slice by its tags."""
    phantoms = sorted((results / "01_raw/phantoms/test").rglob("*.jpeg"))
    made = []
    for number, child in enumerate(CHILDREN):
        modality = "CT" if number == 5 else "DX"
        tags = {"SOPInstanceUID": f"1.2.826.7.{number}", "SeriesInstanceUID": f"1.2.826.8.{number}"}
        syntax = JPEG_2000 if number % 2 else LITTLE_ENDIAN
        data = phantoms[number].read_bytes()
        made.append(as_dicom(data, syntax, child, number, Modality=modality, **tags))
    return made


def test_a_network_that_breaks_ends_the_run_in_three_lines_with_all_else_written(site):
    assert site.broken != 0
    assert site.counts[0] == 5
    assert "no connection to it (ConnectionError) (5 stored, 0 were there already)" in site.printed
    assert "Traceback" not in site.printed


def test_the_same_command_stores_the_rest_and_then_nothing_more(site):
    assert site.mended == (0, 0)
    assert site.counts[1:] == [10, 10]
    assert "5 stored, 5 were there already" in site.printed
    assert "0 stored, 10 were there already" in site.printed
    assert len({one["SOPInstanceUID"] for one in site.stored()}) == 10


def test_results_are_on_the_study_of_their_film_and_say_what_the_table_says(site):
    predictions = pd.read_csv(site.results / "07_model_output/predictions.csv")
    index = pd.read_csv(site.results / "07_model_output/dicom_results/films.csv")
    rows = index.merge(predictions, on="sha256", suffixes=("_made", ""))
    assert len(rows) == 6
    by_uid = {one["SOPInstanceUID"]: one for one in site.archive.instances()}
    for row in rows[rows["reason"].isna()].to_dict("records"):
        report = pydicom.dcmread(BytesIO(site.archive.read(by_uid[row["report"]]["ID"])))
        picture = pydicom.dcmread(BytesIO(site.archive.read(by_uid[row["overlay"]]["ID"])))
        film = report.CurrentRequestedProcedureEvidenceSequence[0]
        own = film.ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        study = by_uid[own]["StudyInstanceUID"]
        assert report.StudyInstanceUID == picture.StudyInstanceUID == study
        assert picture.SourceImageSequence[0].ReferencedSOPInstanceUID == own
        (group,) = ComprehensiveSR.from_dataset(report).content.get_image_measurement_groups()
        said = {one.name.value: one.value for one in group.get_measurements()}
        assert said["score"] == pytest.approx(row["score"], rel=1e-6)
        assert said["threshold"] == row["threshold"]
        (called,) = (
            one.value.meaning
            for one in group.get_qualitative_evaluations()
            if one.name.value == "prediction"
        )
        assert called == {"PNEUMONIA": "Present", "NORMAL": "Absent"}[row["prediction"]]


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy is not installed")
def test_dciodvfy_finds_no_error_in_what_the_archive_has(site, tmp_path):
    for one in site.stored():
        (tmp_path / "result.dcm").write_bytes(site.archive.read(one["ID"]))
        command = ["dciodvfy", str(tmp_path / "result.dcm")]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
        assert "Error" not in said, said


def test_what_is_no_chest_film_has_its_reason_and_no_result(site):
    index = pd.read_csv(site.results / "07_model_output/dicom_results/films.csv")
    refused = index[index["reason"].notna()]
    assert refused["reason"].tolist() == [
        "a CT slice, by its modality CT: expected CR, DX or secondary capture"
    ]
    assert refused[["report", "overlay"]].isna().all(axis=None)


def test_nothing_but_the_results_names_a_patient(site):
    values = {value.encode() for child in set(CHILDREN) for value in identifying(child)}
    held = {value for path in own(site.results) for value in values if value in path.read_bytes()}
    assert len(held) > 10
    for path in sorted(site.results.rglob("*")):
        assert not [value for value in values if value in str(path).encode()]
        if path.is_file() and path not in own(site.results):
            content = path.read_bytes()
            assert not [value for value in values if value in content], path
    printed = site.printed.encode()
    assert not [value for value in {*values, PASSWORD.encode(), b"1.2.826.7"} if value in printed]


def own(results: Path) -> set[Path]:
    return set((results / "07_model_output/dicom_results").glob("*.dcm"))
