import hashlib
import io
import socket
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from pneumoscope.datasets import archive as archive_module
from pneumoscope.datasets.archive import ArchiveDataset

FILES = {
    "chest_xray/train/NORMAL/a.jpeg": np.random.default_rng(0).bytes(3000),
    "chest_xray/test/PNEUMONIA/b.jpeg": b"b",
}


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.mkdir("chest_xray")
        for name, content in FILES.items():
            archive.writestr(name, content)
    return buffer.getvalue()


CONTENT = zipped()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Publisher:
    """A server on this machine; what it sends and how can be changed, what it is asked is kept."""

    url: str = ""
    content: bytes = CONTENT
    knows_ranges: bool = True
    breaks_after: int | None = None
    ranges: list[str | None] = field(default_factory=list)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    state = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            state.ranges.append(asked)
            start = int(asked[6:-1]) if asked and state.knows_ranges else 0
            body = state.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: state.breaks_after])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_port}/archive.zip"
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "raw" / "archive.zip"


@pytest.fixture
def partial(file: Path) -> Path:
    file.parent.mkdir()
    return file.with_name("archive.zip.part")


def dataset(file: Path, url: str, sha256: str = SHA256) -> ArchiveDataset:
    return ArchiveDataset(str(file), url, len(CONTENT), sha256)


def read(archive: ArchiveDataset) -> dict[str, bytes]:
    return {path: reader() for path, reader in archive.load().items()}


def test_the_archive_is_downloaded_once_and_read_byte_for_byte(file, publisher):
    archive = dataset(file, publisher.url)
    assert not archive.exists()
    assert read(archive) == FILES
    assert read(archive) == FILES
    assert publisher.ranges == [None]
    assert [path.name for path in file.parent.iterdir()] == ["archive.zip"]


def test_a_broken_download_goes_on_where_it_stopped(file, partial, publisher):
    partial.write_bytes(CONTENT[:1000])
    assert read(dataset(file, publisher.url)) == FILES
    assert publisher.ranges == ["bytes=1000-"]


def test_a_download_that_breaks_off_can_be_gone_on_with(file, publisher, monkeypatch):
    monkeypatch.setattr(archive_module, "CHUNK", 500)
    publisher.breaks_after = 1500
    with pytest.raises(DatasetError, match="Run the same command again"):
        dataset(file, publisher.url).load()
    assert not file.exists()
    publisher.breaks_after = None
    assert read(dataset(file, publisher.url)) == FILES
    assert publisher.ranges == [None, "bytes=1500-"]


def test_a_server_that_ignores_the_range_sends_everything_again(file, partial, publisher):
    partial.write_bytes(b"something else")
    publisher.knows_ranges = False
    assert read(dataset(file, publisher.url)) == FILES


def test_a_finished_download_that_was_never_checked_is_not_downloaded_again(
    file, partial, publisher
):
    partial.write_bytes(CONTENT)
    assert read(dataset(file, publisher.url)) == FILES
    assert publisher.ranges == []


def test_a_short_answer_can_be_gone_on_with(file, publisher):
    publisher.content = CONTENT[:1000]
    with pytest.raises(DatasetError, match=r"stopped at 1,000 of .* and it goes on from there"):
        dataset(file, publisher.url).load()
    publisher.content = CONTENT
    assert read(dataset(file, publisher.url)) == FILES


def test_a_wrong_archive_is_thrown_away_and_the_message_says_what_to_do(file, publisher):
    publisher.content = bytes(len(CONTENT))
    with pytest.raises(DatasetError) as raised:
        dataset(file, publisher.url).load()
    message = str(raised.value)
    assert f"not what was published: received {len(CONTENT):,} bytes with SHA-256" in message
    for part in ("RADIOGRAPHS=<folder>", publisher.url, SHA256, f"put it at '{file}'"):
        assert part in message
    assert list(file.parent.iterdir()) == []


def test_an_archive_put_there_by_hand_is_checked_and_kept(file, publisher):
    file.parent.mkdir()
    file.write_bytes(b"a page that says: log in first")
    with pytest.raises(DatasetError, match=r"not the published archive.*Move it away"):
        dataset(file, publisher.url).load()
    assert file.read_bytes() == b"a page that says: log in first"
    file.write_bytes(CONTENT)
    assert read(dataset(file, publisher.url)) == FILES
    assert publisher.ranges == []


def test_an_unreachable_server_is_told_in_one_message(file):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/archive.zip"
        with pytest.raises(DatasetError, match=r"could not be downloaded .*(?s:.*)by other means"):
            dataset(file, url).load()


def test_a_published_archive_is_read_only(file, publisher):
    with pytest.raises(DatasetError, match="a published archive and is read-only"):
        dataset(file, publisher.url).save({})
    assert not file.exists()
