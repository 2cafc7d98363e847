"""The published archive, obtained from servers of every kind on this machine."""

import hashlib
import io
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import yaml
from kedro.io import DatasetError

from pneumoscope.datasets import download as download_module
from pneumoscope.datasets.archive import ArchiveDataset
from pneumoscope.errors import InputError, three_lines

CONF = Path(__file__).parents[2] / "conf" / "base"

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
SIZE = len(CONTENT)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Publisher:
    """A server on this machine; what it sends and how can be changed, what it is asked is kept."""

    url: str = ""
    content: bytes = CONTENT
    knows_ranges: bool = True
    tells_size: bool = True
    breaks_after: int | None = None
    stalls: float = 0
    refuses_ranges: bool = False
    redirects_to: str = ""
    ranges: list[str | None] = field(default_factory=list)
    sent: int = 0

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        start = int(asked[6:-1]) if asked and self.knows_ranges else 0
        if self.redirects_to:
            return self._head(request, 302, Location=self.redirects_to)
        if asked and self.refuses_ranges:
            return self._head(request, 416)
        length = {"Content-Length": str(len(self.content) - start)} if self.tells_size else {}
        part = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        part = {"Content-Range": part} if start else {}
        self._head(request, 206 if start else 200, **length, **part)
        end = None if self.breaks_after is None else start + self.breaks_after
        for piece in range(start, len(self.content[:end]), 500):
            data = self.content[:end][piece : piece + 500]
            # Counted first: whoever has received it may look at once.
            self.sent += len(data)
            request.wfile.write(data)
        return time.sleep(self.stalls)

    def _head(self, request: BaseHTTPRequestHandler, status: int, **headers: str) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()


@contextmanager
def serving(publisher: Publisher, certificate: Path | None = None) -> Iterator[Publisher]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # A client that has enough hangs up.
            try:
                publisher.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        scheme = "https" if certificate else "http"
        publisher.url = f"{scheme}://127.0.0.1:{server.server_port}/archive.zip"
        yield publisher
        server.shutdown()
        thread.join()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with serving(Publisher()) as publisher:
        yield publisher


@pytest.fixture(autouse=True)
def _no_proxy_and_no_pause(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download_module, "PAUSE", 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "raw" / "archive.zip"


@pytest.fixture
def partial(file: Path) -> Path:
    file.parent.mkdir()
    return file.with_name("archive.zip.part")


def dataset(file: Path, url: str) -> ArchiveDataset:
    return ArchiveDataset(str(file), url, SIZE, SHA256)


def read(file: Path, publisher: Publisher) -> dict[str, bytes]:
    archive = dataset(file, publisher.url)
    return {path: reader() for path, reader in archive.load().items()}


def refusal(file: Path, publisher: Publisher) -> InputError:
    with pytest.raises(DatasetError) as raised:
        dataset(file, publisher.url).load()
    assert isinstance(raised.value.__cause__, InputError)
    return raised.value.__cause__


def test_the_archive_is_downloaded_once_and_read_byte_for_byte(file, publisher):
    assert not dataset(file, publisher.url).exists()
    assert read(file, publisher) == FILES
    assert read(file, publisher) == FILES
    assert publisher.ranges == [None]
    assert [path.name for path in file.parent.iterdir()] == ["archive.zip"]


def test_a_broken_download_goes_on_where_it_stopped(file, partial, publisher):
    partial.write_bytes(CONTENT[:1000])
    assert read(file, publisher) == FILES
    assert publisher.ranges == ["bytes=1000-"]


@pytest.mark.parametrize("each", [1, 100, SIZE - 1])
def test_a_server_that_always_breaks_off_is_asked_on_and_no_byte_comes_twice(file, publisher, each):
    publisher.content, publisher.breaks_after = CONTENT[:], each
    if each == 1:  # three thousand answers take long
        file.parent.mkdir()
        file.with_name("archive.zip.part").write_bytes(CONTENT[:-5])
    left = 5 if each == 1 else SIZE
    assert read(file, publisher) == FILES
    assert publisher.sent == left
    assert len(publisher.ranges) == -(-left // each)


def test_what_came_before_a_connection_that_stalls_is_kept(file, publisher, monkeypatch):
    monkeypatch.setattr(download_module, "TIMEOUT", 0.1)
    publisher.breaks_after, publisher.stalls = 2000, 0.3
    assert read(file, publisher) == FILES
    assert publisher.ranges == [None, "bytes=2000-"]


def test_what_came_before_a_server_fell_silent_is_kept(file, publisher):
    publisher.breaks_after = 0
    partial = file.with_name("archive.zip.part")
    file.parent.mkdir()
    partial.write_bytes(CONTENT[:1500])
    assert "Connection broken" in refusal(file, publisher).received
    assert partial.read_bytes() == CONTENT[:1500]
    assert publisher.ranges == ["bytes=1500-"]
    publisher.breaks_after = None
    assert read(file, publisher) == FILES


def test_a_server_that_ignores_the_range_sends_everything_again(file, partial, publisher):
    partial.write_bytes(b"something else")
    publisher.knows_ranges = False
    assert read(file, publisher) == FILES


def test_a_server_that_ignores_the_range_and_breaks_off_early_takes_nothing_away(
    file, partial, publisher
):
    partial.write_bytes(CONTENT[:2000])
    publisher.knows_ranges, publisher.breaks_after = False, 1000
    refusal(file, publisher)
    assert partial.read_bytes() == CONTENT[:2000]


def test_a_range_that_is_refused_is_asked_for_as_a_whole(file, partial, publisher):
    partial.write_bytes(CONTENT[:1000])
    publisher.refuses_ranges = True
    assert read(file, publisher) == FILES
    assert publisher.ranges == ["bytes=1000-", None]


def test_a_range_that_is_refused_by_a_server_with_a_smaller_file_ends_in_words(
    file, partial, publisher
):
    partial.write_bytes(CONTENT[:1000])
    publisher.refuses_ranges, publisher.content = True, CONTENT[:900]
    assert refusal(file, publisher).received == "an offer of 900 bytes, from 0 on"
    assert publisher.ranges == ["bytes=1000-", None]


@pytest.mark.parametrize("content", [CONTENT[:1000], CONTENT * 100])
def test_an_offer_of_another_size_is_not_taken(file, publisher, content):
    publisher.content = content
    assert refusal(file, publisher).received == f"an offer of {len(content):,} bytes, from 0 on"
    assert list(file.parent.iterdir()) == []


def test_a_rest_that_belongs_to_another_file_is_not_taken(file, partial, publisher):
    partial.write_bytes(CONTENT[:1000])
    publisher.content = CONTENT * 2
    assert refusal(file, publisher).received == f"an offer of {2 * SIZE:,} bytes, from 1,000 on"
    assert partial.read_bytes() == CONTENT[:1000]


def test_no_byte_more_than_was_published_is_taken(file, publisher):
    publisher.tells_size, publisher.content = False, CONTENT + bytes(20_000_000)
    assert read(file, publisher) == FILES
    assert publisher.sent < 10_000_000


def test_a_finished_download_that_was_never_checked_is_not_downloaded_again(
    file, partial, publisher
):
    partial.write_bytes(CONTENT)
    assert read(file, publisher) == FILES
    assert publisher.ranges == []


def test_a_wrong_archive_is_thrown_away_and_the_message_says_what_to_do(file, publisher):
    publisher.content = bytes(SIZE)
    refused = refusal(file, publisher)
    zeros = hashlib.sha256(publisher.content).hexdigest()
    assert refused.received == f"{SIZE:,} bytes with SHA-256 {zeros}"
    for part in (f"{SIZE:,} bytes with SHA-256 {SHA256}", f"'{file}'"):
        assert part in refused.expected
    for part in ("RADIOGRAPHS=<folder>", publisher.url):
        assert part in refused.remedy
    assert list(file.parent.iterdir()) == []


def test_the_message_of_the_real_archive_is_not_cut(tmp_path, monkeypatch):
    published = yaml.safe_load((CONF / "fetch/catalog.yml").read_text())["radiograph_archive"]
    file = tmp_path / "ChestXRay2017.zip"
    file.with_name("ChestXRay2017.zip.part").write_bytes(b"")
    monkeypatch.setattr(download_module, "_fetch_rest", lambda *_: "no way there")
    archive = ArchiveDataset(str(file), *(published[key] for key in ("url", "bytes", "sha256")))
    with pytest.raises(DatasetError) as raised:
        archive.load()
    told = three_lines(raised.value)
    assert [line for line in told if line.endswith("…")] == []
    assert told[2].endswith(published["url"])


def test_an_archive_put_there_by_hand_is_checked_and_kept(file, publisher):
    file.parent.mkdir()
    file.write_bytes(b"a page that says: log in first")
    refused = refusal(file, publisher)
    assert "30 bytes" in refused.received
    assert "Move it away" in refused.remedy
    assert file.read_bytes() == b"a page that says: log in first"
    file.write_bytes(CONTENT)
    assert read(file, publisher) == FILES
    assert publisher.ranges == []


def test_an_unreachable_server_is_told_in_one_message(file):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/archive.zip"
        assert "Connection refused" in refusal(file, Publisher(url)).received


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a server on this machine."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    file = tmp_path_factory.mktemp("https") / "both.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "2"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*command, *names, "-keyout", str(file), "-out", str(file.with_name("certificate.pem"))],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + file.with_name("certificate.pem").read_text())
    return file


@pytest.mark.parametrize("secure", [True, False])
def test_a_redirect_is_followed_but_never_from_https_to_http(
    file, publisher, certificate, monkeypatch, secure
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.with_name("certificate.pem")))
    with serving(Publisher(), certificate) as end, serving(Publisher(), certificate) as start:
        start.redirects_to = end.url if secure else publisher.url
        if secure:
            assert read(file, start) == FILES
        else:
            told = refusal(file, start).received
            assert told == f"a redirect from https to {publisher.url}"
            assert publisher.ranges == []


def test_a_published_archive_is_read_only(file, publisher):
    with pytest.raises(DatasetError, match="a published archive and is read-only"):
        dataset(file, publisher.url).save({})
    assert not file.exists()
