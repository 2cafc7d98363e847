"""What archives answer that no Orthanc answers: refusals, wrong pages, films without an end."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("dicomweb_client", reason="the extra dicom_results is not installed")
pytest.importorskip("imagecodecs", reason="the extra dicom_results is not installed")

from dicom_files import chest, film

from pneumoscope.datasets.stores import dicomweb
from pneumoscope.datasets.stores.dicomweb import Archive, Instance

FILM = film(chest(), SOPInstanceUID="1.2.3", StudyInstanceUID="1.2", SeriesInstanceUID="1.2.1")
WHERE = Instance("1.2", "1.2.1", "1.2.3")
JSON = "application/dicom+json"


class Answering(BaseHTTPRequestHandler):
    """Answers by what the server was told, and remembers the paths that were asked for."""

    def do_GET(self):
        self.server.asked.append(self.path)
        status, kind, body = self.server.given(self.path)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    started = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    started.asked, started.given = [], lambda _: (500, "text/plain", b"")
    # It looks as often whether it is to end, and each test waits for that.
    threading.Thread(target=started.serve_forever, args=(0.01,), daemon=True).start()
    yield started
    started.shutdown()
    started.server_close()


@pytest.fixture
def archive(server) -> Archive:
    return Archive(f"http://127.0.0.1:{server.server_port}/dicom-web")


def found(*uids: str) -> bytes:
    """Give a page of instances, each of which is its own study and series."""
    tags = ("0020000D", "0020000E", "00080018")
    page = [{tag: {"vr": "UI", "Value": [uid]} for tag in tags} for uid in uids]
    return json.dumps(page).encode()


def stored(done: list[str], failed: dict[str, int]) -> bytes:
    def item(uid: str, **more: int) -> dict:
        said = {"00081155": {"vr": "UI", "Value": [uid]}}
        return {**said, **{f"0{tag[1:]}": {"vr": "US", "Value": [v]} for tag, v in more.items()}}

    answer = {
        "00081199": {"vr": "SQ", "Value": [item(uid) for uid in done]},
        "00081198": {"vr": "SQ", "Value": [item(uid, _0081197=why) for uid, why in failed.items()]},
    }
    return json.dumps({tag: value for tag, value in answer.items() if value["Value"]}).encode()


@pytest.mark.parametrize(
    ("status", "failed", "reason"),
    [
        (202, 0xA700, "out of resources (A700)"),
        (409, 0x0122, "SOP class not supported (0122)"),
        (202, 0xC122, "not understood (C122)"),
        (202, 0x0199, "a reason of its own (0199)"),
        (409, 0xA900, "does not match its SOP class (A900)"),
    ],
)
def test_the_reason_of_each_instance_that_failed_is_read(server, archive, status, failed, reason):
    server.given = lambda _: (status, JSON, stored([], {"1.2.3": failed}))
    said = archive.store([FILM])
    assert dict(said.refused) == {"1.2.3": reason}


def test_what_was_stored_beside_a_failure_is_read_too(server, archive):
    server.given = lambda _: (202, JSON, stored(["1.2.3"], {"1.2.4": 0x0110}))
    said = archive.store([FILM])
    assert said.done == {"1.2.3"}
    assert dict(said.refused) == {"1.2.4": "processing failure (0110)"}


def test_an_answer_without_words_to_a_conflict_refuses_what_was_sent(server, archive):
    server.given = lambda _: (409, "text/plain", b"")
    assert dict(archive.store([FILM]).refused) == {"1.2.3": "it answers 409 Conflict"}


@pytest.mark.parametrize("status", [500, 503])
def test_trouble_of_the_server_is_no_refusal_of_an_instance(server, archive, status):
    server.given = lambda _: (status, "text/plain", b"")
    with pytest.raises(OSError, match=f"it answers {status}"):
        archive.store([FILM])


def test_pages_are_asked_for_until_one_is_empty(server, archive, monkeypatch):
    monkeypatch.setattr(dicomweb, "PAGE", 2)
    pages = {"offset=0": found("1.1", "1.2"), "offset=2": found("1.3"), "offset=3": b""}

    def given(path: str):
        page = next(page for name, page in pages.items() if name in path)
        return (200 if page else 204), JSON, page

    server.given = given
    assert [one.instance for one in archive.find({"Modality": "DX"})] == ["1.1", "1.2", "1.3"]
    assert all("Modality=DX" in path for path in server.asked)


def test_an_archive_that_gives_the_same_page_again_is_refused(server, archive):
    server.given = lambda _: (200, JSON, found("1.1"))
    with pytest.raises(OSError, match="not all films can be listed"):
        list(archive.find({}))


@pytest.mark.parametrize(
    "body", [b"<html>", b'[{"0020000D": {}}]', b"[7]"], ids=["HTML", "no UID", "no objects"]
)
def test_an_answer_that_is_none_of_dicomweb_is_said_to_be_none(server, archive, body):
    server.given = lambda _: (200, JSON, body)
    with pytest.raises(OSError, match=r"its answer is not of DICOMweb|JSON"):
        list(archive.find({}))


@pytest.mark.parametrize("quoted", ["mark", '"mark"'])
def test_a_film_in_parts_or_alone_is_the_same_bytes(server, archive, quoted):
    body = b"--mark\r\nContent-Type: application/dicom\r\n\r\n" + FILM + b"\r\n--mark--\r\n"
    kind = f"multipart/related; type=application/dicom; boundary={quoted}"
    server.given = lambda _: (200, kind, body)
    assert archive.read(WHERE) == FILM
    server.given = lambda _: (200, "application/dicom", FILM)
    assert archive.read(WHERE) == FILM


def test_a_film_is_read_to_a_bound_and_no_further(server, archive, monkeypatch):
    monkeypatch.setattr(dicomweb, "LARGEST", 1000)
    server.given = lambda _: (200, "application/dicom", FILM)
    with pytest.raises(FileNotFoundError, match="larger than 1,000 bytes"):
        archive.read(WHERE)


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/html", b"<html>"), ("multipart/related; boundary=mark", b"--mark"), ("", b"")],
)
def test_what_is_no_film_is_no_film(server, archive, kind, body):
    server.given = lambda _: (200, kind, body)
    with pytest.raises(OSError, match="its answer is"):
        archive.read(WHERE)


def test_a_uid_cannot_lead_to_another_path(server, archive):
    server.given = lambda _: (404, "text/plain", b"")
    with pytest.raises(FileNotFoundError, match="it has none there"):
        archive.read(Instance("1.2", "1.2.1", "../../../admin?x=1"))
    assert server.asked == [
        "/dicom-web/studies/1.2/series/1.2.1/instances/..%2F..%2F..%2Fadmin%3Fx%3D1"
    ]
