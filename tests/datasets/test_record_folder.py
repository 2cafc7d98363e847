import pytest
from kedro.io import DatasetError

from pneumoscope.datasets.record import RecordDataset
from pneumoscope.datasets.record_folder import RecordFolderDataset
from pneumoscope.evaluation.estimate import Estimate

RECORD = "pneumoscope.evaluation.estimate.Estimate"


def test_all_records_of_the_folder_are_loaded_by_name(tmp_path):
    for name, value in (("b", 0.5), ("a-1", 0.25)):
        RecordDataset(str(tmp_path / f"{name}.json"), RECORD).save(Estimate(value))
    (tmp_path / ".unfinished.c.json").write_text("{")
    (tmp_path / "notes.txt").write_text("mine")
    found = RecordFolderDataset(str(tmp_path), RECORD).load()
    assert found == {"a-1": Estimate(0.25), "b": Estimate(0.5)}


def test_no_folder_holds_no_records_and_is_there_all_the_same(tmp_path):
    dataset = RecordFolderDataset(str(tmp_path / "nowhere"), RECORD)
    assert dataset.load() == {}
    assert dataset.exists()


def test_what_is_no_such_record_is_told_with_its_file(tmp_path):
    (tmp_path / "a.json").write_text('{"value": "high"}')
    with pytest.raises(DatasetError, match=r"a Estimate in .*a.json"):
        RecordFolderDataset(str(tmp_path), RECORD).load()


def test_it_saves_nothing(tmp_path):
    with pytest.raises(DatasetError, match="read only"):
        RecordFolderDataset(str(tmp_path), RECORD).save({"a": Estimate(0.5)})
