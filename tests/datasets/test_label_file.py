import pytest
from kedro.io import DatasetError

from pneumoscope.datasets.label_file import LabelFileDataset
from pneumoscope.errors import InputError


@pytest.fixture
def films(tmp_path):
    (tmp_path / "films").mkdir()
    return tmp_path / "films"


def read(films, table=None):
    return {n: reader() for n, reader in LabelFileDataset(table, str(films)).load().items()}


def test_there_need_be_none(films):
    assert read(films) == {}
    assert read(films.parent / "nowhere") == {}


def test_a_table_beside_the_folder_is_found_unless_one_lies_in_it(films):
    (films.parent / "labels.csv").write_text("beside")
    assert read(films) == {"labels.csv": b"beside"}
    assert read(f"{films}/") == {"labels.csv": b"beside"}
    (films / "labels.csv").write_text("inside")
    assert read(films) == {}


def test_case_makes_no_difference_to_a_table_beside_or_in_the_folder(films):
    (films.parent / "Labels.CSV").write_text("beside")
    (films.parent / "my labels.csv").write_text("another")
    assert read(films) == {"Labels.CSV": b"beside"}
    (films / "LABELS.TSV").write_text("inside")
    assert read(films) == {}


def test_the_table_that_the_user_names_goes_first(films, tmp_path):
    (films / "labels.csv").write_text("inside")
    (tmp_path / "mine #1.txt").write_text("mine")
    assert read(films, str(tmp_path / "mine #1.txt")) == {"mine #1.txt": b"mine"}


def test_a_table_that_is_named_and_not_there_stops_the_run(films):
    with pytest.raises(DatasetError, match=r"received no file at 'nowhere.csv'") as raised:
        read(films, "nowhere.csv")
    assert isinstance(raised.value.__cause__, InputError)


def test_any_store_will_do():
    import fsspec

    fsspec.filesystem("memory").pipe("/ward/labels.csv", b"far")
    assert read("memory://ward/films") == {"labels.csv": b"far"}


def test_it_is_never_written(films):
    with pytest.raises(DatasetError, match="read-only"):
        LabelFileDataset(None, str(films)).save("text")
