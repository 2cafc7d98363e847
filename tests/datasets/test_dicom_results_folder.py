import stat

import pytest
from kedro.io import DatasetError

from pneumoscope.datasets import dicom_results
from pneumoscope.datasets.dicom_results import DicomResultsDataset
from pneumoscope.errors import InputError
from pneumoscope.exchange.dicom_results.records import DicomObject, FilmResults, Kind


def film(path: str, number: int, content: bytes = b"first") -> FilmResults:
    made = {kind: DicomObject(f"2.25.{number}{place}", content) for place, kind in enumerate(Kind)}
    return FilmResults(path, f"{number}" * 64, made)


REFUSED = FilmResults("b.jpeg", "f" * 64, reason="no DICOM film")


@pytest.fixture
def dataset(tmp_path) -> DicomResultsDataset:
    return DicomResultsDataset(str(tmp_path / "results/dicom_results"))


def contents(dataset: DicomResultsDataset) -> dict[str, bytes]:
    return {name: read() for name, read in dataset.load().items()}


def test_results_are_loaded_again_and_the_table_tells_of_every_file(dataset, tmp_path):
    dataset.save(iter([film("a.dcm", 1), REFUSED]))
    assert contents(dataset) == {"2.25.10.dcm": b"first", "2.25.11.dcm": b"first"}
    assert (tmp_path / "results/dicom_results/films.csv").read_text().splitlines() == [
        "path,sha256,report,overlay,reason",
        f"a.dcm,{'1' * 64},2.25.10,2.25.11,",
        f"b.jpeg,{'f' * 64},,,no DICOM film",
    ]


def test_a_result_that_is_there_is_left_and_none_is_lost(dataset, tmp_path):
    dataset.save([film("a.dcm", 1), film("c.dcm", 3)])
    dataset.save([film("a.dcm", 1, b"second"), film("d.dcm", 4, b"second")])
    assert contents(dataset) == {
        "2.25.10.dcm": b"first", "2.25.11.dcm": b"first",
        "2.25.40.dcm": b"second", "2.25.41.dcm": b"second",
    }  # fmt: skip
    # Of a film that is no more among those predicted; it is not sent anywhere again.
    assert (tmp_path / "results/dicom_results/2.25.30.dcm").exists()


def test_what_is_made_before_an_error_stays_and_the_table_is_that_of_before(dataset):
    dataset.save([film("a.dcm", 1)])

    def broken():
        yield film("c.dcm", 3)
        raise OSError("the disk is full")

    with pytest.raises(Exception, match="the disk is full"):
        dataset.save(broken())
    assert set(contents(dataset)) == {"2.25.10.dcm", "2.25.11.dcm"}
    dataset.save([film("c.dcm", 3, b"made again")])
    assert set(contents(dataset).values()) == {b"first"}


def test_what_a_killed_run_left_is_cleared_away(dataset, tmp_path):
    folder = tmp_path / "results/dicom_results"
    folder.mkdir(parents=True)
    (folder / ".unfinished.2.25.77.dcm").write_bytes(b"half")
    dataset.save([film("a.dcm", 1)])
    assert not list(folder.glob(".*"))


def test_the_owner_alone_may_enter(dataset, tmp_path):
    dataset.save([film("a.dcm", 1)])
    mode = (tmp_path / "results/dicom_results").stat().st_mode
    assert stat.S_IMODE(mode) == 0o700


def test_none_yet_says_how_to_make_some(dataset):
    assert not dataset.exists()
    with pytest.raises(DatasetError, match=r"inference\.dicom_results=folder"):
        dataset.load()


def test_a_missing_extra_is_named(dataset, monkeypatch):
    dataset.require()
    monkeypatch.setattr(dicom_results, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pneumoscope\[dicom_results\]"):
        dataset.require()
