import bz2
import gzip
import pickle
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from archives import FILMS, contents, load
from kedro.io import DatasetError

from pneumoscope.datasets.stores import tar_archive, tar_stream
from pneumoscope.datasets.stores.archive import OUTSIDE, LocalBytes
from pneumoscope.errors import InputError

NAMES = ["a.tar", "a.tar.gz", "a.tar.bz2"]


def member(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_read_in_place_with_its_size_known_before(tarred, name):
    files = load(tarred(*FILMS.items(), name=name))
    assert {path: read.size for path, read in files.items()} == {
        path: len(data) for path, data in FILMS.items()
    }
    assert contents(files) == FILMS
    assert files.in_order == (name != "a.tar")


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_within_it_can_be_named(tarred, name):
    place = tarred(*FILMS.items(), name=name)
    expected = {"NORMAL/a.jpeg", "PNEUMONIA/ä b.jpeg"}
    assert set(load(f"{place}/train")) == set(load(f"tar://train::{place}")) == expected
    with pytest.raises(DatasetError, match=r"a folder 'tes' in the archive .*none there"):
        load(f"{place}/tes")


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_of_every_format_are_read(tmp_path: Path, kind):
    long = "/".join(["d" * 60] * 3) + "/a.jpeg"
    with tarfile.open(tmp_path / "a.tar", "w", format=kind) as archive:
        archive.addfile(tarfile.TarInfo(long))
    assert contents(load(tmp_path / "a.tar")) == {long: b""}


@pytest.mark.parametrize("name", NAMES)
def test_files_of_one_name_are_all_refused_and_none_is_lost(tarred, name):
    place = tarred(("./a.jpeg", b"1"), ("b.jpeg", b"2"), ("a.jpeg", b"3"), name=name)
    found = contents(load(place))
    assert found.pop("b.jpeg") == b"2"
    assert len(found) == 2
    assert all("one of 2 files of this name" in str(reason) for reason in found.values())


@pytest.mark.parametrize("name", ["../a.jpeg", "train/../../a.jpeg", "/etc/a.jpeg"])
def test_a_name_that_leads_out_is_listed_and_not_read(tarred, name):
    assert contents(load(tarred((name, b"1"), ("b.jpeg", b"2")))) == {
        name: OUTSIDE, "b.jpeg": b"2",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_links_within_the_archive_are_read_and_others_are_not_followed(tarred, name):
    nowhere = "a link to no file of the archive, not followed"
    place = tarred(
        ("x/a.jpeg", b"bytes"),
        (member("x/hard.jpeg", tarfile.LNKTYPE, "x/a.jpeg"), b""),
        (member("y/soft.jpeg", tarfile.SYMTYPE, "../x/a.jpeg"), b""),
        (member("out.jpeg", tarfile.SYMTYPE, "../../etc/passwd"), b""),
        (member("root.jpeg", tarfile.SYMTYPE, "/etc/passwd"), b""),
        (member("itself.jpeg", tarfile.SYMTYPE, "itself.jpeg"), b""),
        (member("NORMAL", tarfile.SYMTYPE, "x"), b""),
        (member("pipe.jpeg", tarfile.FIFOTYPE), b""),
        (member("folder", tarfile.DIRTYPE), b""),
        name=name,
    )
    for _ in range(2):
        assert contents(load(place)) == {
            "x/a.jpeg": b"bytes", "x/hard.jpeg": b"bytes", "y/soft.jpeg": b"bytes",
            "out.jpeg": nowhere, "root.jpeg": nowhere, "itself.jpeg": nowhere, "NORMAL": nowhere,
            "pipe.jpeg": "a pipe or device, not a file",
        }  # fmt: skip


def test_a_sparse_file_is_refused(tarred, monkeypatch):
    monkeypatch.setattr(tarfile.TarInfo, "issparse", lambda self: self.name == "a.jpeg")
    found = contents(load(tarred(("a.jpeg", b"1"), ("b.jpeg", b"2"))))
    assert "stored as a sparse file" in str(found["a.jpeg"])
    assert found["b.jpeg"] == b"2"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_an_archive_that_is_cut_short_stops_the_run(tarred, name, kept):
    noise = np.random.default_rng(1).bytes(30_000)
    place = tarred(*((f"{number}.jpeg", noise) for number in range(5)), name=name)
    data = place.read_bytes()
    place.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(DatasetError, match=r"to be whole, .*what is missing cannot be named"):
        load(place)


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_header_does_not_pass_for_the_end(tarred, tmp_path, name):
    plain = tarred(*((f"{number}.jpeg", b"x" * 600) for number in range(5))).read_bytes()
    at = 2 * 1536 + 148
    damaged = plain[:at] + b"0777777" + plain[at + 7 :]
    pack = {"a.tar": bytes, "a.tar.gz": gzip.compress, "a.tar.bz2": bz2.compress}
    (tmp_path / name).write_bytes(pack[name](damaged))
    with pytest.raises(DatasetError, match="neither a file nor the mark that ends an archive"):
        load(tmp_path / name)


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_without_its_mark_or_with_more_behind_it_stops_the_run(tarred, tmp_path, name):
    plain = tarred(("a.jpeg", b"x" * 600)).read_bytes()
    pack = {"a.tar": bytes, "a.tar.gz": gzip.compress, "a.tar.bz2": bz2.compress}
    (tmp_path / name).write_bytes(pack[name](plain[:1536]))
    with pytest.raises(DatasetError, match="neither a file nor the mark"):
        load(tmp_path / name)
    (tmp_path / name).write_bytes(pack[name](plain + plain))
    with pytest.raises(DatasetError, match="more behind the mark that ends a tar archive"):
        load(tmp_path / name)


def test_a_wrong_checksum_of_the_compression_stops_the_run(tarred):
    place = tarred(*FILMS.items(), name="a.tar.gz")
    data = bytearray(place.read_bytes())
    data[-6] ^= 1
    place.write_bytes(data)
    with pytest.raises(DatasetError, match=r"to be whole, .*CRC check failed"):
        load(place)


def test_several_streams_behind_one_another_are_one_archive(tarred, tmp_path):
    plain = tarred(*FILMS.items()).read_bytes()
    packed = b"".join(gzip.compress(plain[at : at + 700]) for at in range(0, len(plain), 700))
    (tmp_path / "a.tgz").write_bytes(packed)
    assert contents(load(tmp_path / "a.tgz")) == FILMS


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar.bz2"])
def test_a_stream_that_unpacks_without_end_stops_the_run(tarred, monkeypatch, name):
    monkeypatch.setattr(tar_archive, "_TOO_DENSE", 2**20)
    with pytest.raises(DatasetError, match=r"a decompression bomb: .* more than 200 times"):
        load(tarred(("a.bmp", bytes(10**7)), name=name))
    assert len(load(tarred(("a.bmp", bytes(10**5)), name=name))) == 1


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"), (b"Rar!\x1a\x07", "a rar archive"),
        (b"\xfd7zXZ\x00", "an xz archive"), (b"\x28\xb5\x2f\xfd", "a zstd archive"),
        (b"\xff\xd8\xff\xe0", "a file of another kind"), (b"", "a file of another kind"),
    ],
)  # fmt: skip
def test_another_kind_of_file_is_named_with_what_to_do(tmp_path: Path, head, kind):
    (tmp_path / "a.zip").write_bytes(head + bytes(1000) if head else b"")
    remedy = "Pack it anew as zip, or unpack it" if "archive" in kind else "Name the folder that"
    with pytest.raises(DatasetError, match=f"{kind}. {remedy}"):
        load(tmp_path / "a.zip")


def test_a_compressed_file_that_is_no_archive_stops_the_run(tmp_path: Path):
    (tmp_path / "a.jpeg.gz").write_bytes(gzip.compress(b"\xff\xd8" * 1000))
    with pytest.raises(DatasetError, match="to be whole"):
        load(tmp_path / "a.jpeg.gz")


class Counted:
    """Opens an archive and counts the bytes that come out of it."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self, file):
        outer = self

        class Stream:
            def __init__(self) -> None:
                self.inner = gzip.GzipFile(fileobj=file)

            def read(self, size: int) -> bytes:
                data = self.inner.read(size)
                outer.taken += len(data)
                return data

            def close(self) -> None:
                self.inner.close()

        return Stream()


@pytest.fixture
def many(tarred):
    rng = np.random.default_rng(1)
    films = {f"{number:03d}.jpeg": rng.bytes(2000 + number) for number in range(200)}
    return films, tarred(*films.items(), name="a.tar.gz")


def streamed(place: Path, opener) -> dict:
    """Give the readers of an archive, its stream opened by a function of the test."""
    files = load(place)
    stream = tar_stream.TarStream(LocalBytes(place), opener)
    readers = {}
    for path, read in files.items():
        stream.add(read.offset, read.size)
        readers[path] = tar_stream.StreamedMember(stream, read.offset, read.size)
    return readers


@pytest.mark.parametrize("threads", [1, 4])
def test_a_stream_is_unpacked_once_by_threads_that_read_in_its_order(many, threads):
    films, place = many
    opened = Counted()
    readers = streamed(place, opened)
    with ThreadPoolExecutor(threads) as pool:
        read = dict(zip(readers, pool.map(lambda one: one(), readers.values()), strict=True))
    assert read == films
    assert opened.taken <= len(gzip.decompress(place.read_bytes()))


def test_what_nobody_asks_for_is_let_go(many, monkeypatch):
    films, place = many
    monkeypatch.setattr(tar_stream, "HELD_FILES", 3)
    readers = streamed(place, Counted())
    last = list(films)[-1]
    assert readers[last]() == films[last]
    assert len(readers[last].stream._held) <= 3
    # Asked for after all, at the price of another pass.
    assert readers["000.jpeg"]() == films["000.jpeg"]


def test_files_may_be_asked_for_in_any_order_and_twice(many):
    films, place = many
    readers = load(place)
    for path in ("150.jpeg", "003.jpeg", "003.jpeg", "199.jpeg", "000.jpeg"):
        assert readers[path]() == films[path]


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_passes_to_another_process(tarred, name):
    files = load(tarred(*FILMS.items(), name=name))
    assert contents(pickle.loads(pickle.dumps(dict(files)))) == FILMS


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_that_goes_away_stops_the_run_and_refuses_no_film(tarred, name):
    place = tarred(*FILMS.items(), name=name)
    files = load(place)
    place.unlink()
    with pytest.raises(InputError, match="to stay until all of it is read"):
        files["train/NORMAL/a.jpeg"]()
