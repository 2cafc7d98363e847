"""On fsspec's file system in memory, which is one as any other; test_object_store has a server."""

from collections.abc import Iterator

import fsspec
import pytest
from archives import FILMS, contents, load
from fsspec.implementations.memory import MemoryFileSystem
from kedro.io import DatasetError

from pneumoscope.datasets.radiograph_folder import MARKER, RadiographFolderDataset
from pneumoscope.datasets.stores import remote
from pneumoscope.errors import InputError


@pytest.fixture(autouse=True)
def memory(monkeypatch) -> Iterator[MemoryFileSystem]:
    monkeypatch.setattr(remote, "WAITS", (0.0, 0.0))
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    for path, data in FILMS.items():
        fs.pipe_file(f"/films/{path}", data)
    yield fs
    fs.store.clear()


class Failing:
    """A read that fails a number of times, for some files."""

    def __init__(self, fs: MemoryFileSystem, times: int, error: Exception, of: str = "") -> None:
        self.fs, self.left, self.error, self.of = fs, times, error, of
        self.read, self.calls = fs.cat_file, 0

    def __call__(self, path: str, **bounds: int) -> bytes:
        self.calls += 1
        if self.of in path and self.left:
            self.left -= 1
            raise self.error
        return self.read(path, **bounds)


def test_every_file_is_read_where_it_lies_with_its_size_known_before(memory):
    memory.pipe_file(f"/films/{MARKER}", b"")
    files = load("memory://films")
    assert contents(files) == FILMS
    assert list(files) == sorted(FILMS)
    assert {path: read.size for path, read in files.items()} == {
        path: len(data) for path, data in FILMS.items()
    }


def test_a_folder_below_and_a_slash_at_the_end_are_understood():
    assert list(load("memory://films/train/")) == ["NORMAL/a.jpeg", "PNEUMONIA/ä b.jpeg"]


def test_a_missing_folder_is_an_error_with_its_remedy():
    with pytest.raises(DatasetError, match=r"none at 'memory://nowhere'. Set RADIOGRAPHS=<folder>"):
        load("memory://nowhere")
    assert not RadiographFolderDataset("memory://nowhere").exists()
    assert RadiographFolderDataset("memory://films").exists()


def test_an_unknown_store_is_named_with_the_nearest_known():
    with pytest.raises(DatasetError, match=r"a store that fsspec knows.*Did you mean 'memory'\?"):
        load("memorie://films")
    with pytest.raises(DatasetError, match=r"Known are s3, gs, abfs, sftp, https and others"):
        load("s4://films")


def test_a_store_without_its_library_says_what_to_install(monkeypatch):
    def absent(*_, **__):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(remote, "url_to_fs", absent)
    with pytest.raises(DatasetError, match=r"uv pip install 'pneumoscope\[s3\]'"):
        load("s3://bucket/films")
    with pytest.raises(DatasetError, match="Install what it names"):
        load("gs://bucket/films")


def test_names_are_escaped_as_those_of_a_local_folder(memory):
    memory.pipe_file("/films/=cmd.jpeg", b"1")
    memory.pipe_file("/films/Icon\r", b"2")
    files = load("memory://films")
    assert files[r"\x3dcmd.jpeg"]() == b"1"
    assert files[r"Icon\x0d"]() == b"2"


def test_a_folder_that_cannot_be_entered_is_listed_with_its_reason(memory, monkeypatch):
    allowed = memory.ls

    def ls(path, **named):
        if str(path).endswith("NORMAL"):
            raise PermissionError(13, "Permission denied", path)
        return allowed(path, **named)

    monkeypatch.setattr(memory, "ls", ls)
    assert contents(load("memory://films")) == {
        "train/NORMAL/": "Permission denied", "test/NORMAL/": "Permission denied",
        "train/PNEUMONIA/ä b.jpeg": FILMS["train/PNEUMONIA/ä b.jpeg"],
    }  # fmt: skip


def test_links_names_that_lead_out_and_folders_with_data_are_not_read(memory, monkeypatch):
    odd = [
        {"name": "/films/link.jpeg", "type": "link", "size": 3},
        {"name": "/films/islink.jpeg", "type": "file", "islink": True, "size": 3},
        {"name": "/films/../a.jpeg", "type": "file", "size": 3},
        {"name": "/films/full/", "type": "file", "size": 3},
        {"name": "/films/empty/", "type": "file", "size": 0},
    ]
    monkeypatch.setattr(memory, "ls", lambda *_, **__: odd)
    assert contents(load("memory://films")) == {
        "link.jpeg": "a symbolic link, not followed",
        "islink.jpeg": "a symbolic link, not followed",
        "../a.jpeg": "its name leads out of the folder",
        "full": "it is named like a folder and holds data",
    }  # fmt: skip


@pytest.mark.parametrize("data", [b"a" * 699, b"a" * 10**6, b""])
def test_a_file_that_has_changed_since_it_was_listed_is_refused(memory, data):
    files = load("memory://films")
    memory.pipe_file("/films/train/NORMAL/a.jpeg", data)
    with pytest.raises(OSError, match="it has changed since it was listed"):
        files["train/NORMAL/a.jpeg"]()


def test_a_failure_of_a_moment_is_tried_again(memory, monkeypatch):
    files = load("memory://films")
    failing = Failing(memory, 2, ConnectionResetError(104, "Connection reset"))
    monkeypatch.setattr(memory, "cat_file", failing)
    assert files["train/NORMAL/a.jpeg"]() == FILMS["train/NORMAL/a.jpeg"]
    assert failing.calls == 3


@pytest.mark.parametrize(
    ("error", "calls"),
    [
        (ConnectionResetError(104, "Connection reset"), 4),
        (RuntimeError("of a kind of its own"), 4),
        (PermissionError(13, "Access denied"), 2),
        (FileNotFoundError(2, "No such file"), 2),
    ],
)
def test_a_file_that_fails_alone_is_refused_with_its_reason(memory, monkeypatch, error, calls):
    files = load("memory://films")
    failing = Failing(memory, 99, error, of="a.jpeg")
    monkeypatch.setattr(memory, "cat_file", failing)
    found = contents(files)
    said = error.strerror if isinstance(error, OSError) else str(error)
    assert found == {**FILMS, "train/NORMAL/a.jpeg": said}
    # Another file is asked for, to tell whether the store is there; the third is read.
    assert failing.calls == calls + 1


@pytest.mark.parametrize("read_before", [True, False])
@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(111, "Connection refused"), PermissionError("Expired token")]
)
def test_a_store_that_goes_away_stops_the_run_and_refuses_no_film(
    memory, monkeypatch, read_before, error
):
    files = load("memory://films")
    if read_before:
        files["train/NORMAL/a.jpeg"]()
    failing = Failing(memory, 10**6, error)
    monkeypatch.setattr(memory, "cat_file", failing)
    with pytest.raises(InputError, match=r"'memory://films' to stay until all of it is read"):
        files["train/PNEUMONIA/ä b.jpeg"]()
    asked = failing.calls
    with pytest.raises(InputError, match="nothing was put into quarantine"):
        files["train/NORMAL/a.jpeg"]()
    assert failing.calls == asked  # gone is gone: no thread waits for it again


def test_a_file_of_its_own_that_may_not_be_read_is_refused(memory, monkeypatch):
    memory.pipe_file("/one/a.jpeg", b"1")
    files = load("memory://one")
    monkeypatch.setattr(memory, "cat_file", Failing(memory, 99, PermissionError(13, "No")))
    assert contents(files) == {"a.jpeg": "No"}


def test_nothing_is_written_to_a_store(memory):
    with pytest.raises(DatasetError, match="'memory://new', which holds something else"):
        RadiographFolderDataset("memory://new").save({"a.jpeg": lambda: b"1"})
    assert not memory.exists("/new")


@pytest.mark.parametrize("written", ["memory://a.zip", "zip://::memory://a.zip"])
def test_an_archive_in_a_store_is_read_in_place(memory, zipped, written):
    memory.pipe_file("/a.zip", zipped(*FILMS.items()).read_bytes())
    assert contents(load(written)) == FILMS
    assert list(load(written.replace("a.zip", "a.zip/test"))) == ["NORMAL/empty.jpeg"]


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz"])
def test_a_tar_archive_in_a_store_is_read_in_place(memory, tarred, name):
    memory.pipe_file("/a", tarred(*FILMS.items(), name=name).read_bytes())
    assert contents(load("memory://a")) == FILMS


def test_a_damaged_archive_in_a_store_stops_the_run(memory, zipped):
    memory.pipe_file("/a.zip", zipped(*FILMS.items()).read_bytes()[:-40])
    with pytest.raises(DatasetError, match=r"the archive 'memory://a\.zip' to be whole"):
        load("memory://a.zip")


@pytest.mark.parametrize("written", ["zip://::memory://films", "tar://a::memory://nowhere.tar"])
def test_a_folder_does_not_pass_for_an_archive(written):
    with pytest.raises(DatasetError, match="an archive to read from, received none at"):
        load(written)
