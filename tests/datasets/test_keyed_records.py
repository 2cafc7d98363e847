import pytest
from kedro.io import DatasetError

from pneumoscope.datasets.keyed_records import KeyedRecordsDataset


@pytest.fixture
def dataset(tmp_path):
    return KeyedRecordsDataset(filepath=str(tmp_path / "made" / "records.json"))


def test_records_add_up_and_the_newer_of_a_key_stays(dataset):
    assert dataset.load() == {}
    dataset.save({"a": {"n": 1}, "b": {"n": 2}})
    dataset.save({"b": {"n": 3}, "c": {"n": 4}})
    assert dataset.load() == {"a": {"n": 1}, "b": {"n": 3}, "c": {"n": 4}}


def test_no_records_leave_no_file(dataset, tmp_path):
    dataset.save({})
    assert dataset.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["{", "[1]"])
def test_another_file_is_refused_with_the_remedy(dataset, tmp_path, content):
    dataset.save({"a": 1})
    (tmp_path / "made" / "records.json").write_text(content)
    with pytest.raises(DatasetError, match=r"expected records by key in .*Delete the file"):
        dataset.load()


def test_a_number_that_json_cannot_hold_leaves_the_earlier_records(dataset):
    dataset.save({"a": 1.0})
    with pytest.raises(DatasetError, match="not JSON compliant"):
        dataset.save({"b": float("nan")})
    assert dataset.load() == {"a": 1.0}
