import hashlib

import pytest

from pneumoscope.ingestion.scan import STRAY, ScannedFile, scan


def forbidden() -> bytes:
    raise PermissionError(13, "Permission denied")


def never() -> bytes:
    raise AssertionError("a stray file is not worth reading")


@pytest.fixture
def found(encode, gradient, ingestion_options) -> dict[str, ScannedFile]:
    jpeg = encode(gradient)
    files = {
        "train/NORMAL/good.jpeg": lambda: jpeg,
        "train/NORMAL/again.jpeg": lambda: jpeg,
        "train/NORMAL/empty.jpeg": lambda: b"",
        "train/NORMAL/text.jpeg": lambda: b"hello",
        "train/NORMAL/cut.jpeg": lambda: jpeg[: len(jpeg) // 2],
        "train/NORMAL/locked.jpeg": forbidden,
        "train/.DS_Store": never,
        "train/NORMAL/Thumbs.db": never,
    }
    return {file.path: file for file in scan(files, ingestion_options)}


def test_every_file_is_told_in_the_order_of_the_paths(found):
    assert list(found) == sorted(found)
    assert len(found) == 8


def test_a_good_file_is_hashed_measured_and_decoded(found, encode, gradient):
    file, jpeg = found["train/NORMAL/good.jpeg"], encode(gradient)
    assert file.sha256 == hashlib.sha256(jpeg).hexdigest()
    assert (file.bytes, file.width, file.height, file.reason) == (len(jpeg), 200, 160, "")
    assert file.pixels is not None
    assert file.pixels.shape == (160, 200)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("train/NORMAL/empty.jpeg", "the file is empty (0 bytes)"),
        ("train/NORMAL/text.jpeg", "the content is not an image in any known format"),
        ("train/NORMAL/locked.jpeg", "the file cannot be read: Permission denied"),
        ("train/.DS_Store", STRAY),
        ("train/NORMAL/Thumbs.db", STRAY),
    ],
)
def test_a_bad_file_has_its_reason_and_no_pixels(found, name, reason):
    assert found[name].reason == reason
    assert found[name].pixels is None


def test_a_truncated_file_is_hashed_all_the_same(found):
    assert "truncated" in found["train/NORMAL/cut.jpeg"].reason
    assert len(found["train/NORMAL/cut.jpeg"].sha256) == 64


def test_an_image_beyond_the_configured_area_is_refused(encode, gradient, ingestion_options):
    options = ingestion_options.model_copy(update={"max_megapixels": 0.03})
    (file,) = scan({"NORMAL/a.png": lambda: encode(gradient, "PNG")}, options)
    assert file.reason == "decompression bomb: 200×160 pixels exceed 0.03 megapixels"


def test_a_file_is_opened_once_only(encode, gradient, ingestion_options):
    opened = []

    def read() -> bytes:
        opened.append(1)
        return encode(gradient)

    list(scan({"NORMAL/a.jpeg": read}, ingestion_options))
    assert opened == [1]
