import hashlib
import threading
import time
import warnings

import pytest

from pneumoscope.datasets.stores.interface import Files
from pneumoscope.errors import InputError
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.scan import ScannedFile, scan


def forbidden() -> bytes:
    raise PermissionError(13, "Permission denied")


def never() -> bytes:
    raise AssertionError("known litter is not worth reading")


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
        "README.txt": lambda: b"hello",
    }
    return {file.path: file for file in scan(files, ingestion_options)}


def test_every_file_is_scanned_in_the_order_of_the_paths(found):
    assert list(found) == sorted(found)
    assert len(found) == 9


def test_a_good_file_is_hashed_measured_and_decoded(found, encode, gradient):
    file, jpeg = found["train/NORMAL/good.jpeg"], encode(gradient)
    assert file.sha256 == hashlib.sha256(jpeg).hexdigest()
    assert (file.bytes, file.width, file.height, file.reason) == (len(jpeg), 200, 160, "")
    assert file.pixels is not None
    assert file.pixels.shape == (160, 200)


def test_a_radiograph_bears_its_source_and_what_is_none_bears_none(found):
    assert found["train/NORMAL/good.jpeg"].source == "folder"
    assert found["train/NORMAL/text.jpeg"].source == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("train/NORMAL/empty.jpeg", "the file is empty (0 bytes)"),
        ("train/NORMAL/text.jpeg", "the content is not an image in any known format"),
        ("train/NORMAL/locked.jpeg", "the file cannot be read: Permission denied"),
        ("train/.DS_Store", LITTER),
        ("train/NORMAL/Thumbs.db", LITTER),
        ("README.txt", LITTER),
    ],
)
def test_a_bad_file_has_its_reason_and_no_pixels(found, name, reason):
    assert found[name].reason == reason
    assert found[name].pixels is None


def test_a_truncated_file_is_hashed_all_the_same(found):
    assert found["train/NORMAL/cut.jpeg"].reason.startswith("damaged JPEG: ")
    assert len(found["train/NORMAL/cut.jpeg"].sha256) == 64


def test_an_image_beyond_the_configured_area_is_refused(encode, gradient, ingestion_options):
    options = ingestion_options.model_copy(update={"max_megapixels": 0.03})
    (file,) = scan({"NORMAL/a.png": lambda: encode(gradient, "PNG")}, options)
    assert file.reason.startswith("decompression bomb: 200×160 pixels exceed 0.03 megapixels")


NAMELESS = ["", ".", "./", "/", "..", " ", "\n", "\x00", "x" * 100_000, "a/" * 5000 + "b"]
"""Names that say nothing, or more than is usual: forms and archives may give them."""


def test_a_film_is_read_whatever_it_is_called(encode, gradient, ingestion_options):
    film = encode(gradient, "PNG")
    for data, read in ((film, True), (b"no film", False)):
        found = list(scan({name: lambda data=data: data for name in NAMELESS}, ingestion_options))
        assert {file.path for file in found} == set(NAMELESS)
        assert [file.reason == "" for file in found] == [read] * len(NAMELESS)


def test_a_file_is_opened_once_only(encode, gradient, ingestion_options):
    opened = []

    def read() -> bytes:
        opened.append(1)
        return encode(gradient)

    list(scan({"NORMAL/a.jpeg": read}, ingestion_options))
    assert opened == [1]


@pytest.mark.parametrize(
    "name", ["a.jfif", "a.jpe", "a.dcm", "a.txt", "a", ".a.jpeg", "a.jpeg.bak"]
)
def test_a_picture_is_known_by_its_content_whatever_its_name(
    encode, gradient, ingestion_options, name
):
    (file,) = scan({f"NORMAL/{name}": lambda: encode(gradient)}, ingestion_options)
    assert (file.reason, file.width) == ("", 200)


@pytest.mark.parametrize(
    "data",
    [
        bytes(128) + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00",
        b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100",
        b"\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100",
        b"\x08\x00\x00\x00\x04\x00\x00\x00\x10\x01\x00\x00",
    ],
)
def test_a_dicom_file_is_known_whatever_its_name(data, ingestion_options):
    (file,) = scan({"NORMAL/a.jpeg": lambda: data}, ingestion_options)
    assert "DICOM" in file.reason
    assert file.dicom


def test_other_bytes_are_not_called_dicom(ingestion_options):
    files = {"a.bin": lambda: b"\x08\x00\x00\x00\x01\x02\x03\x04", "a.dcm": lambda: bytes(200)}
    for file in scan(files, ingestion_options):
        assert "DICOM" not in file.reason
        assert not file.dicom


class Sparse:
    size = 12_000_000_000

    def __call__(self) -> bytes:
        raise AssertionError("a file beyond the limit must not be read")


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(ingestion_options):
    (file,) = scan({"NORMAL/a.jpeg": Sparse()}, ingestion_options)
    assert file.reason == "too large a file: 12,000 MB, more than 256 (ingestion.max_megabytes)"
    assert file.bytes == 12_000_000_000


def test_a_folder_that_was_not_entered_is_called_a_folder(ingestion_options):
    (file,) = scan({"train/NORMAL/": forbidden}, ingestion_options)
    assert file.reason == "the folder was not entered: Permission denied"


def test_what_pillow_warns_of_in_any_thread_is_a_reason(encode, gradient, ingestion_options):
    exif = b"Exif\0\0II*\0\x08\0\0\0\x09\0" + bytes(9)
    files = {f"{i}.webp": lambda: encode(gradient, "WEBP", exif=exif) for i in range(40)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reasons = {file.reason for file in scan(files, ingestion_options)}
    assert len(reasons) == 1
    assert reasons.pop().startswith("its EXIF block is damaged: Corrupt EXIF data")


def test_no_filter_that_others_set_meanwhile_hides_what_pillow_warns_of(
    encode, gradient, ingestion_options
):
    damaged = encode(gradient, "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0" + bytes(9))
    others = warnings.catch_warnings()

    def read() -> bytes:
        warnings.simplefilter("ignore")
        return damaged

    others.__enter__()
    try:
        files = iter(scan({f"{number}.webp": read for number in range(40)}, ingestion_options))
        first = next(files)
    finally:
        others.__exit__(None, None, None)
    reasons = {file.reason for file in (first, *files)}
    assert len(reasons) == 1
    assert reasons.pop().startswith("its EXIF block is damaged: Corrupt EXIF data")


def test_files_of_a_stream_are_read_in_their_own_order(ingestion_options):
    asked: list[str] = []
    names = [f"{number * 7 % 100}.jpeg" for number in range(100)]
    files = Files((name, lambda name=name: asked.append(name) or b"") for name in names)
    files.in_order = True
    assert [file.path for file in scan(files, ingestion_options)] == names
    # Threads overtake each other by a few.
    assert max(abs(asked.index(name) - place) for place, name in enumerate(names)) < 20


def test_many_files_are_waited_for_at_a_time_where_they_come_over_a_network(ingestion_options):
    together, most, lock = 0, 0, threading.Lock()

    def wait() -> bytes:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        time.sleep(0.02)
        with lock:
            together -= 1
        return b""

    files = Files((f"{number:03d}.jpeg", wait) for number in range(300))
    files.waits = True
    assert [file.path for file in scan(files, ingestion_options)] == sorted(files)
    assert most >= 16


def test_a_store_that_goes_away_ends_the_scan_with_what_to_do(ingestion_options):
    def gone() -> bytes:
        raise InputError("the store to stay", "nothing any more", "Run again.")

    files = {f"{number}.jpeg": (gone if number == 40 else lambda: b"") for number in range(80)}
    with pytest.raises(InputError, match="the store to stay"):
        list(scan(files, ingestion_options))
