import os
from pathlib import Path

import pandas as pd
import pytest

from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.datasets.dated_table import DatedPageDataset, DatedTableDataset
from pneumoscope.settings import CONFIG_LOADER_ARGS

# 2026-01-02 03:04:05 UTC
WRITTEN = 1767323045


@pytest.fixture
def dataset(tmp_path):
    return DatedTableDataset(filepath=str(tmp_path / "predictions.csv"))


def save(dataset, value, written=WRITTEN):
    dataset.save(pd.DataFrame({"a": [value]}))
    os.utime(dataset._filepath, (written, written))


def files(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_another_table_is_kept_under_the_moment_it_was_written(dataset, tmp_path, caplog):
    save(dataset, 1)
    save(dataset, 2)
    assert files(tmp_path) == {
        "predictions.csv": "a\n2\n", "predictions_2026-01-02T03-04-05Z.csv": "a\n1\n",
    }  # fmt: skip
    (told,) = caplog.messages
    assert told == (
        f"The earlier predictions.csv is kept as {tmp_path}/predictions_2026-01-02T03-04-05Z.csv"
    )


def test_the_same_table_again_is_kept_once(dataset, tmp_path, caplog):
    save(dataset, 1)
    save(dataset, 1)
    assert files(tmp_path) == {"predictions.csv": "a\n1\n"}
    assert caplog.messages == []


def test_two_tables_of_one_second_are_kept_both(dataset, tmp_path):
    for value in (1, 2, 3):
        save(dataset, value)
    assert sorted(files(tmp_path).values()) == ["a\n1\n", "a\n2\n", "a\n3\n"]


def test_a_folder_of_that_name_is_left_alone(dataset, tmp_path):
    (tmp_path / "predictions.csv" / "mine").mkdir(parents=True)
    with pytest.raises(Exception, match="expected no folder in the place of a file"):
        save(dataset, 1)
    assert [path.name for path in tmp_path.rglob("*")] == ["predictions.csv", "mine"]


@pytest.mark.parametrize(
    ("given", "place"),
    [({}, "results/07_model_output/predictions.csv"), ({"predictions": "mine.csv"}, "mine.csv")],
)
def test_predictions_go_where_a_parameter_of_the_run_says(monkeypatch, given, place):
    monkeypatch.setenv("RESULTS", "results")
    conf = Path(__file__).parents[2] / "conf"
    loader = LayeredConfigLoader(
        str(conf), env="base", runtime_params=given, **CONFIG_LOADER_ARGS
    )  # fmt: skip
    catalog = loader["catalog"]
    assert catalog["predictions"]["filepath"] == catalog["predictions_page"]["table"] == place


def test_the_page_stands_beside_the_table_and_an_earlier_one_is_kept(tmp_path):
    dataset = DatedPageDataset(str(tmp_path / "my.films.csv"))
    dataset.save("<p>1")
    os.utime(tmp_path / "my.films.html", (WRITTEN, WRITTEN))
    dataset.save("<p>2")
    assert files(tmp_path) == {
        "my.films.html": "<p>2", "my.films_2026-01-02T03-04-05Z.html": "<p>1",
    }  # fmt: skip
    bare = DatedPageDataset(str(tmp_path / "folder.d" / "films"))
    assert str(bare._filepath).endswith("folder.d/films.html")


def test_a_table_that_would_be_its_own_page_is_refused(tmp_path):
    with pytest.raises(Exception, match="which would be the page"):
        DatedPageDataset(str(tmp_path / "films.HTML"))
