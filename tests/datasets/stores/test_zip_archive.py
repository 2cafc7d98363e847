import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from archives import FILMS, contents, load
from kedro.io import DatasetError

from pneumoscope.datasets.stores import archive
from pneumoscope.errors import InputError


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_every_file_is_read_in_place_with_its_size_known_before(zipped, method):
    files = load(zipped(*FILMS.items(), method=method))
    assert contents(files) == FILMS
    assert list(files) == sorted(FILMS)
    assert {path: read.size for path, read in files.items()} == {
        path: len(data) for path, data in FILMS.items()
    }


def test_nothing_is_written_to_disk(zipped, tmp_path):
    place = zipped(*FILMS.items())
    before = sorted(tmp_path.rglob("*"))
    contents(load(place))
    assert sorted(tmp_path.rglob("*")) == before


def test_its_kind_is_told_by_its_content(zipped):
    assert contents(load(zipped(*FILMS.items(), name="films.jpeg"))) == FILMS


@pytest.mark.parametrize("written", ["{}/train", "zip://train::{}", "zip://train/::file://{}"])
def test_a_folder_within_it_can_be_named(zipped, written):
    place = zipped(*FILMS.items())
    assert list(load(written.format(place))) == ["NORMAL/a.jpeg", "PNEUMONIA/ä b.jpeg"]


@pytest.mark.parametrize("inner", ["tes", "train/NORMAL/a.jpeg", "nowhere"])
def test_a_folder_that_is_not_in_it_stops_the_run(zipped, inner):
    with pytest.raises(DatasetError, match=f"a folder '{inner}' in the archive .*none there"):
        load(zipped(*FILMS.items()) / inner)


def test_files_of_one_name_are_all_refused_and_none_is_lost(zipped):
    with pytest.warns(UserWarning, match="Duplicate name"):
        place = zipped(("a.jpeg", b"1"), ("b.jpeg", b"2"), ("a.jpeg", b"3"), ("a.jpeg (1)", b"4"))
    found = contents(load(place))
    assert found.pop("b.jpeg") == b"2"
    assert found.pop("a.jpeg (1)") == b"4"
    assert len(found) == 2
    assert all("one of 2 files of this name" in str(reason) for reason in found.values())


def test_names_that_differ_in_what_says_nothing_are_one_name(zipped):
    found = contents(load(zipped(("./a.jpeg", b"1"), ("a.jpeg", b"2"), ("x//y.jpeg", b"3"))))
    assert found.pop("x/y.jpeg") == b"3"
    assert all("one of 2 files of this name" in str(reason) for reason in found.values())


@pytest.mark.parametrize("name", ["../a.jpeg", "train/../../a.jpeg", "/etc/a.jpeg", ".."])
def test_a_name_that_leads_out_is_listed_and_not_read(zipped, name):
    found = contents(load(zipped((name, b"1"), ("b.jpeg", b"2"))))
    assert found == {name: archive.OUTSIDE, "b.jpeg": b"2"}


def test_names_of_windows_and_macos_are_read_as_they_were_meant(zipped):
    windows = zipfile.ZipInfo("placeholder")
    windows.filename, windows.create_system = r"train\NORMAL\a.jpeg", 0
    unix = zipfile.ZipInfo("placeholder")
    unix.filename, unix.create_system = r"back\slash.jpeg", 3
    place = zipped((windows, b"1"), (unix, b"2"), ("Pneumonía.jpeg", b"3"))
    # macOS writes UTF-8 without the flag that says so.
    data = place.read_bytes()
    flagged = struct.pack("<H", 0x800)
    assert data.count(flagged + b"\x08\x00") == 2
    place.write_bytes(data.replace(flagged + b"\x08\x00", b"\0\0\x08\x00"))
    assert contents(load(place)) == {
        "train/NORMAL/a.jpeg": b"1", r"back\\slash.jpeg": b"2", "Pneumonía.jpeg": b"3",
    }  # fmt: skip


def changed(place: Path, local: int, central: int, value: bytes, member: int = 0) -> Path:
    """Overwrite a field of one file's header and of its entry in the directory."""
    data = bytearray(place.read_bytes())
    for magic, offset in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        start = -1
        for _ in range(member + 1):
            start = data.index(magic, start + 1)
        data[start + offset : start + offset + len(value)] = value
    place.write_bytes(data)
    return place


@pytest.mark.parametrize(
    ("local", "central", "value", "reason"),
    [
        (6, 8, b"\x01\0", "encrypted: unpack the archive with its password"),
        (8, 10, b"\x09\0", r"packed by method 9 \(deflate64\), which is not read"),
        (8, 10, b"\x0e\0", r"packed by method 14 \(LZMA\), which is not read"),
        (14, 16, b"abcd", "damaged: its checksum in the archive is another"),
        (22, 24, struct.pack("<L", 699), "does not unpack to the 699 bytes it declares"),
        (22, 24, struct.pack("<L", 701), "does not unpack to the 701 bytes it declares"),
        (18, 20, struct.pack("<L", 10**6), "damaged: it overlaps another file of the archive"),
        (0, 0, b"PK", None),
    ],
)
def test_a_file_that_cannot_be_read_has_its_reason_and_the_rest_is_read(
    zipped, local, central, value, reason
):
    place = changed(zipped(*FILMS.items()), local, central, value)
    found = contents(load(place))
    first, *rest = FILMS
    assert {path: found[path] for path in rest} == {path: FILMS[path] for path in rest}
    if reason is None:
        assert found[first] == FILMS[first]
    else:
        with pytest.raises(OSError, match=reason):
            load(place)[first]()


def test_a_header_that_is_not_where_the_directory_says_is_damage(zipped):
    place = zipped(*FILMS.items())
    data = place.read_bytes()
    place.write_bytes(data.replace(b"PK\x03\x04", b"PK\x03\x05", 2))
    with pytest.raises(DatasetError, match="a file of another kind"):
        load(place)
    place.write_bytes(b"PK\x03\x04" + data[4:].replace(b"PK\x03\x04", b"PK\x03\x05", 1))
    second = list(FILMS)[1]
    assert contents(load(place))[second] == (
        "damaged: no header where the archive's directory says"
    )


def test_a_damaged_stream_is_refused(zipped):
    place = zipped(*FILMS.items())
    data = bytearray(place.read_bytes())
    start = data.index(b"a.jpeg") + len(b"a.jpeg")
    data[start : start + 4] = b"\xff" * 4
    place.write_bytes(data)
    first, *rest = FILMS
    found = contents(load(place))
    assert "damaged in the archive: Error -3" in str(found[first])
    assert {path: found[path] for path in rest} == {path: FILMS[path] for path in rest}


def test_no_more_is_unpacked_than_was_declared(zipped):
    place = changed(zipped(("a.jpeg", bytes(10**8))), 22, 24, struct.pack("<L", 10**5))
    read = load(place)["a.jpeg"]
    tracemalloc.start()
    with pytest.raises(OSError, match="does not unpack to the 100,000 bytes it declares"):
        read()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10**6


def test_a_file_packed_tighter_than_any_film_is_refused_unread(zipped):
    found = load(zipped(("a.bmp", bytes(10**7)), ("b.bmp", bytes(10**6))))
    with pytest.raises(OSError, match="decompression bomb: 10,000,000 bytes out of"):
        found["a.bmp"]()
    assert found["b.bmp"]() == bytes(10**6)


def test_files_that_overlap_are_refused(zipped):
    # Two entries of the directory that share one body, as in archives that unpack to petabytes.
    place = zipped(("a.jpeg", b"1" * 500), ("b.jpeg", b"2" * 500), method=zipfile.ZIP_STORED)
    data = bytearray(place.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42 : second + 46] = struct.pack("<L", 20)
    place.write_bytes(data)
    found = contents(load(place))
    assert found["a.jpeg"] == "damaged: it overlaps another file of the archive"
    assert found["b.jpeg"] == "damaged: no header where the archive's directory says"


def test_links_and_devices_are_listed_and_not_followed(zipped):
    link, pipe = zipfile.ZipInfo("b.jpeg"), zipfile.ZipInfo("c.jpeg")
    link.external_attr, pipe.external_attr = 0o120777 << 16, 0o010644 << 16
    assert contents(load(zipped((link, b"/etc/passwd"), (pipe, b"")))) == {
        "b.jpeg": "a symbolic link, not followed",
        "c.jpeg": "a pipe or device, not a file",
    }


def test_a_folder_that_holds_data_is_listed(zipped):
    assert contents(load(zipped(("empty/", b""), ("full/", b"data")))) == {
        "full": "it is named like a folder and holds data"
    }


@pytest.mark.parametrize("cut", [30, 300, 500])
def test_an_archive_that_is_cut_short_stops_the_run(zipped, cut):
    place = zipped(*FILMS.items())
    place.write_bytes(place.read_bytes()[:-cut])
    with pytest.raises(DatasetError, match=r"the archive '.*a\.zip' to be whole, .*Get it anew"):
        load(place)


def test_an_archive_that_goes_away_stops_the_run_and_refuses_no_film(zipped):
    place = zipped(*FILMS.items())
    files = load(place)
    place.unlink()
    with pytest.raises(InputError, match="to stay until all of it is read"):
        files["train/NORMAL/a.jpeg"]()


def test_an_archive_of_nothing_is_empty(zipped):
    assert load(zipped()) == {}
