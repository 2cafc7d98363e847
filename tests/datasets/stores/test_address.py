from pathlib import Path

import pytest

from pneumoscope.datasets.stores.address import Address, parse
from pneumoscope.errors import InputError


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("films", Address("films")),
        ("/films.zip/train", Address("/films.zip/train")),
        ("file:///films", Address("/films")),
        ("s3://bucket/films", Address("s3://bucket/films")),
        ("zip://::s3://b/films.zip", Address("s3://b/films.zip", True)),
        ("zip://train/::/films.zip", Address("/films.zip", True, "train")),
        ("tar://a/b::https://host/films.tar", Address("https://host/films.tar", True, "a/b")),
        ("simplecache::s3://b/films", Address("simplecache::s3://b/films")),
        ("sftp://me@host/films", Address("sftp://me@host/films")),
    ],
)
def test_a_place_is_taken_apart(written, expected):
    assert parse(written) == expected
    assert parse(written).remote == ("://" in expected.place)


def test_a_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert parse("~/films").path == Path("/home/me/films")


@pytest.mark.parametrize("written", ["zip://films.zip", "zip://a::zip://b::films.zip", "tar://"])
def test_an_archive_that_is_not_named_or_lies_in_another_is_refused(written):
    with pytest.raises(InputError, match=r"<folder in it>::<path or address of the archive>"):
        parse(written)


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(InputError, match="an address without a password") as raised:
        parse("sftp://me:secret@host/films")
    assert "secret" not in str(raised.value)
