import inspect

import fsspec
import pandas as pd
import pytest
from kedro.io import DatasetError, Version

from pneumoscope.datasets.formats import CSVDataset, JSONDataset, ParquetDataset, TextDataset

TABLE = pd.DataFrame({"a": [1, 2], "b": ["x", "ÿ"]})
CASES = [
    (CSVDataset, "csv", TABLE), (ParquetDataset, "parquet", TABLE),
    (JSONDataset, "json", {"a": [1, None]}), (TextDataset, "md", "# Title"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "ending", "data"), CASES)
@pytest.mark.parametrize("version", [None, Version(None, "2026-01-01T00.00.00.000Z")])
def test_what_is_saved_comes_back(tmp_path, kind, ending, data, version):
    dataset = kind(filepath=str(tmp_path / f"new folder/a.{ending}"), version=version)
    assert not dataset.exists()
    dataset.save(data)
    loaded = kind(filepath=str(tmp_path / f"new folder/a.{ending}"), version=version).load()
    assert loaded.equals(data) if isinstance(data, pd.DataFrame) else loaded == data
    files = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [f"a.{ending}"]


def test_data_that_cannot_be_written_leave_the_earlier_file(tmp_path):
    dataset = JSONDataset(filepath=str(tmp_path / "a.json"))
    dataset.save({"a": 1})
    with pytest.raises(DatasetError, match="not JSON serializable"):
        dataset.save({"a": 2, "b": object()})
    assert dataset.load() == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.fixture
def store():
    store = fsspec.filesystem("memory")
    yield store
    store.rm("/results", recursive=True)


@pytest.mark.parametrize(("kind", "ending", "data"), CASES)
def test_a_remote_store_is_sent_the_finished_file(store, kind, ending, data):
    dataset = kind(filepath=f"memory:///results/a.{ending}")
    dataset.settle()
    dataset.save(data)
    assert store.find("/results") == [f"/results/a.{ending}"]
    loaded = dataset.load()
    assert loaded.equals(data) if isinstance(data, pd.DataFrame) else loaded == data


def test_a_remote_store_keeps_the_earlier_object_when_a_save_fails(store):
    dataset = JSONDataset(filepath="memory:///results/a.json")
    dataset.save({"a": 1})
    with pytest.raises(DatasetError, match="not JSON serializable"):
        dataset.save({"a": 2, "b": object()})
    assert store.find("/results") == ["/results/a.json"]
    assert dataset.load() == {"a": 1}


def test_leftovers_of_killed_runs_are_cleared_away_and_versions_stay(tmp_path):
    file = tmp_path / "a.json"
    JSONDataset(filepath=str(file), version=Version(None, "1")).save({"a": 1})
    for version in ("1", "2"):
        (file / version).mkdir(exist_ok=True)
        (file / version / ".unfinished.a.json").write_text("{")
    dataset = JSONDataset(filepath=str(file), version=Version(None, None))
    dataset.settle()
    assert [str(path.relative_to(file)) for path in file.rglob("*")] == ["1", "1/a.json"]
    assert dataset.load() == {"a": 1}


def test_previews_are_typed_as_kedro_viz_expects(tmp_path):
    dataset = CSVDataset(filepath=str(tmp_path / "a.csv"))
    dataset.save(TABLE)
    assert dataset.preview(nrows=1)["data"] == [[1, "x"]]
    types = [
        inspect.signature(kind.preview).return_annotation for kind in (CSVDataset, JSONDataset)
    ]
    assert types == ["TablePreview", "JSONPreview"]


def test_the_configuration_is_told_as_it_was_written(tmp_path):
    arguments = {"filepath": str(tmp_path / "a.csv"), "save_args": {"index": False}}
    told = CSVDataset(**arguments)._init_config()
    assert told == {"type": "pneumoscope.datasets.formats.CSVDataset", **arguments}
