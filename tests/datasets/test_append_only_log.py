import pandas as pd
import pytest

from pneumoscope.datasets.append_only_log import AppendOnlyLogDataset

ROW = pd.DataFrame({"model": ["a"], "threshold": [0.5]})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "new" / "log.csv"


@pytest.fixture
def log(file):
    return AppendOnlyLogDataset(filepath=str(file), columns=["model", "threshold"])


def test_a_log_that_was_never_written_is_empty(log):
    assert list(log.load()) == ["when", "model", "threshold"]
    assert log.load().empty
    assert not log.exists()


def test_every_save_appends_and_changes_nothing_before_it(log, file):
    log.save(ROW)
    before = file.read_bytes()
    log.save(ROW.assign(model="b"))
    assert file.read_bytes().startswith(before)
    loaded = log.load()
    assert loaded["model"].tolist() == ["a", "b"]
    assert loaded["threshold"].tolist() == [0.5, 0.5]
    assert pd.to_datetime(loaded["when"]).is_monotonic_increasing


def test_saving_leaves_the_rows_as_they_are(log):
    log.save(ROW)
    assert list(ROW) == ["model", "threshold"]


def test_other_columns_are_refused_and_nothing_is_written(log):
    with pytest.raises(Exception, match=r"columns \['model', 'threshold'\], received \['model'\]"):
        log.save(ROW[["model"]])
    assert not log.exists()


def test_an_old_log_with_other_columns_is_not_mixed_with(log, file):
    log.save(ROW)
    wider = AppendOnlyLogDataset(filepath=str(file), columns=["model", "threshold", "n"])
    with pytest.raises(Exception, match="Move the old log aside"):
        wider.save(ROW.assign(n=3))


def test_the_preview_is_the_latest_rows(log):
    for name in "abc":
        log.save(ROW.assign(model=name))
    assert [row[1] for row in log.preview(nrows=2)["data"]] == ["b", "c"]
