import pytest

from pneumoscope.ingestion.litter import is_document, is_litter


@pytest.mark.parametrize(
    "path",
    [
        "train/.DS_Store", "train/NORMAL/Thumbs.db", "THUMBS.DB", "desktop.ini", "Icon\r",
        r"Icon\x0d", "__MACOSX/train/NORMAL/._a.jpeg", "train/NORMAL/._a.jpeg", ".git/objects/a1",
        "train/NORMAL/@eaDir/a.jpeg/SYNOFILE_THUMB_M.jpg", "$RECYCLE.BIN/a.jpeg", "lost+found/",
        ".Trash-1000/files/a.jpeg", "train/.gitkeep",
    ],
)  # fmt: skip
def test_known_litter_is_recognised_whatever_its_case(path):
    assert is_litter(path)


@pytest.mark.parametrize(
    "path",
    [
        "train/NORMAL/a.JPEG", "NORMAL/b", "train/PNEUMONIA/", "README.txt", "a.pdf", "a.dcm",
        ".hidden.jpeg", "train/.NORMAL/a.jpeg", "git/a.jpeg", "train/NORMAL/Icon",
    ],
)  # fmt: skip
def test_anything_else_has_to_be_read(path):
    assert not is_litter(path)


@pytest.mark.parametrize("path", ["", ".", "./", "/", "//", "..", " ", "\n", "\x00"])
def test_a_name_that_says_nothing_is_no_litter_and_no_document(path):
    assert not is_litter(path)
    assert not is_document(path, b"text")


@pytest.mark.parametrize("name", ["README.txt", "labels.CSV", "LICENSE", "notes.md"])
@pytest.mark.parametrize("data", [b"", b"path,label\r\n", "größe".encode("latin-1"),
                                  "größe".encode("utf-16")])  # fmt: skip
def test_text_beside_a_collection_is_a_document(name, data):
    assert is_document(f"train/{name}", data)


def test_a_film_under_the_name_of_a_document_is_none(encode, gradient):
    for kind in ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"):
        assert not is_document("train/NORMAL/film.txt", encode(gradient, kind))


def test_text_under_the_name_of_a_film_is_no_document():
    assert not is_document("train/NORMAL/film.jpeg", b"hello")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("labels.xlsx", b"PK\x03\x04", True), ("LABELS.ODS", b"PK\x03\x04", True),
        ("labels.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", True),
        ("labels.xlsx", b"\xff\xd8", False),
        ("films.zip", b"PK\x03\x04", False),
    ],
)  # fmt: skip
def test_a_spreadsheet_is_a_document_and_a_film_under_its_name_is_none(name, data, expected):
    assert is_document(name, data) is expected
