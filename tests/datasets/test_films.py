import zipfile

import pytest

from pneumoscope.datasets.films import FilmsDataset
from pneumoscope.errors import InputError


def films(path):
    return FilmsDataset(str(path)).load()


@pytest.fixture
def film(tmp_path, encode, gradient):
    (tmp_path / "ward").mkdir()
    place = tmp_path / "ward" / "one.jpeg"
    place.write_bytes(encode(gradient))
    return place


def test_a_single_film_is_a_film_whatever_it_is_called(film):
    odd = film.rename(film.with_name("listed.csv"))
    found = films(odd)
    assert list(found) == ["listed.csv"]
    assert found["listed.csv"]() == odd.read_bytes()
    assert found["listed.csv"].size == odd.stat().st_size


def test_a_folder_is_read_as_ever(film):
    assert list(films(film.parent.parent)) == ["ward/one.jpeg"]
    FilmsDataset(str(film.parent)).require()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_names_films_from_its_own_folder_or_by_an_absolute_path(
    film, tmp_path, delimiter, monkeypatch
):
    table = tmp_path / "my films.txt"
    rows = [["patient", " file "], ["1", "ward/one.jpeg"], ["2", str(film)], ["3", ""]]
    table.write_text("\ufeff" + "\n".join(delimiter.join(row) for row in rows), "utf-8")
    monkeypatch.chdir(tmp_path.parent)
    found = films(table)
    assert list(found) == ["ward/one.jpeg", str(film)]
    assert {read() for read in found.values()} == {film.read_bytes()}


def test_a_film_that_is_not_there_says_so_where_it_is_read(film, tmp_path):
    table = tmp_path / "films.csv"
    table.write_text("file\nward/two.jpeg\nward\nward/one.jpeg\n")
    found = films(table)
    with pytest.raises(OSError, match="there is no such file"):
        found["ward/two.jpeg"]()
    with pytest.raises(OSError, match="a folder, pipe or device, not a file"):
        found["ward"]()
    assert found["ward/one.jpeg"]() == film.read_bytes()


def test_a_film_that_is_listed_twice_is_predicted_once_and_told(tmp_path, caplog):
    table = tmp_path / "films.csv"
    table.write_text("file\nward/one.jpeg\n")
    assert list(films(table)) == ["ward/one.jpeg"]
    assert caplog.messages == []
    table.write_text("file\nward/one.jpeg\nward/one.jpeg\n")
    assert list(films(table)) == ["ward/one.jpeg"]
    assert caplog.messages == ["Rows that list a film once more: 1; it is predicted once"]


def test_names_that_a_spreadsheet_would_compute_are_escaped(film, tmp_path):
    film.rename(tmp_path / "=1+1.jpeg")
    table = tmp_path / "films.csv"
    table.write_text("file\n=1+1.jpeg\n")
    (name,) = films(table)
    assert name == "\\x3d1+1.jpeg"


def test_text_that_lists_no_films_is_refused_before_anything_is_read(tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("seen by Dr. K., all fine")
    with pytest.raises(InputError, match=r"a table with a column `file` .* \['seen by Dr. K.'"):
        FilmsDataset(str(notes)).require()


@pytest.mark.parametrize("end", [b"\xe9.jpeg,1\n", b'b.jpeg,"' + b"y" * 200_000 + b'"\n'])
def test_a_table_that_cannot_be_read_to_its_end_is_refused(tmp_path, end):
    table = tmp_path / "films.csv"
    table.write_bytes(b"file,x\n" + b"a.jpeg,1\n" * 9000 + end)
    with pytest.raises(InputError, match="text that cannot be read to its end"):
        FilmsDataset(str(table)).require()


LISTED = "file\tpatient\r\nward/one.jpeg\tMüller\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_in_the_encodings_that_it_says_it_is_in(film, tmp_path, encoding):
    table = tmp_path / "Unicode text.txt"
    table.write_bytes(LISTED.encode(encoding))
    (read,) = films(table).values()
    assert read() == film.read_bytes()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_a_table_whose_encoding_has_to_be_guessed_is_refused(tmp_path, encoding):
    table = tmp_path / "films.csv"
    table.write_bytes(LISTED.encode(encoding))
    with pytest.raises(InputError, match="text in another encoding") as refused:
        FilmsDataset(str(table)).require()
    assert "Save it as CSV in UTF-8." in str(refused.value)


@pytest.mark.parametrize("name", ["list.xlsx", "LIST.ODS"])
def test_a_spreadsheet_is_no_archive_of_films(tmp_path, name):
    with zipfile.ZipFile(tmp_path / name, "w") as book:
        book.writestr("content.xml", "file")
    with pytest.raises(InputError, match="a spreadsheet"):
        FilmsDataset(str(tmp_path / name)).require()


@pytest.mark.parametrize(
    "data",
    [b"\0" * 200, b"\0" * 128 + b"DICM\x02\0", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\0\x10"],
)
def test_what_is_no_text_is_a_film(tmp_path, data):
    place = tmp_path / "one"
    place.write_bytes(data)
    assert list(films(place)) == ["one"]


def test_what_is_not_there_is_told_as_of_a_folder(tmp_path):
    with pytest.raises(InputError, match="none at"):
        FilmsDataset(str(tmp_path / "missing.csv")).require()
