"""Too large, too many, too slow: refused in time, and others are served all the while."""

import io
import socket
import struct
import threading
import time
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from image_files import png_chunk
from served import running

POST = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
LAST = POST + b"Connection: close\r\n"
"""Of a client that asks nothing more: an answer ends the connection, else a silence of seconds."""


class Slow:
    """A predictor that takes its time to read."""

    def __init__(self, predictor, seconds):
        self._predictor, self._seconds = predictor, seconds
        self.predict = predictor.predict

    def read(self, name, reader):
        time.sleep(self._seconds)
        return self._predictor.read(name, reader)


@pytest.fixture(scope="module")
def narrow(predictor, facts, tmp_path_factory):
    """A service that takes little of everything."""
    folder = tmp_path_factory.mktemp("narrow")
    bounds = {"megabytes": 0.1, "films": 3, "shown": 1}
    with running(predictor, folder, facts, **bounds) as found:
        yield found


@pytest.fixture(scope="module")
def hasty(predictor, facts, tmp_path_factory):
    """A service that waits for nothing: on a busy machine it may not answer any film."""
    bounds = {"head_seconds": 0.5, "upload_seconds": 1, "seconds": 1, "answer_seconds": 0.5}
    with running(predictor, tmp_path_factory.mktemp("hasty"), facts, **bounds) as found:
        yield found


def test_a_body_beyond_the_limit_is_refused_by_its_declared_size(narrow):
    answer = narrow.talk(LAST + b"Content-Length: 999999999\r\nExpect: 100-continue\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"--max-megabytes" in answer


def test_a_chunked_body_is_refused_when_it_goes_beyond(narrow):
    chunk = b"8000\r\n" + bytes(0x8000) + b"\r\n"
    answer = narrow.talk(LAST + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 40)
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"5, 6", b"0x10", b"99999999999999999999999"])
def test_a_length_that_is_none_is_refused(narrow, length):
    answer = narrow.talk(POST + b"Content-Length: " + length + b"\r\n\r\nabcde")
    assert answer.split()[1] in (b"400", b"413")


def test_two_ways_to_give_a_length_are_refused(narrow):
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"
    answer = narrow.talk(POST + both)
    assert answer.count(b"HTTP/1.1") == 1


def test_a_body_that_is_shorter_than_declared_ends_nothing_else(narrow, films):
    narrow.talk(POST + b"Content-Length: 500\r\n\r\nabc", seconds=0.1)
    assert narrow.predict(("0.png", films["0.png"])).status_code == 200


def test_too_many_films_are_refused_however_they_are_packed(narrow, films):
    one = ("0.png", films["0.png"])
    assert narrow.predict(*[one] * 3).status_code == 200
    assert narrow.predict(*[one] * 4).status_code == 413
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for number in range(4):
            made.writestr(f"{number}.png", films["0.png"])
    assert narrow.predict(("z.zip", packed.getvalue())).status_code == 413
    assert narrow.predict(*[one] * 2, params={"images": True}).status_code == 413


def test_an_archive_of_a_great_many_is_refused_before_it_is_listed(narrow):
    listed = (b"PK\x01\x02" + bytes(42)) * 2000
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 2000, 2000, len(listed), 0, 0)
    answer = narrow.predict(("z.zip", b"PK\x03\x04" + listed + end))
    assert answer.status_code == 413
    assert "--max-films" in answer.json()["error"]["remedy"]


def test_bombs_are_films_that_were_not_read(narrow, films):
    grey = io.BytesIO()
    with zipfile.ZipFile(grey, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros.png", bytes(50_000_000))
        made.writestr("fine.png", films["0.png"])
    head = png_chunk(b"IHDR", struct.pack(">2L5B", 60000, 60000, 8, 0, 0, 0, 0))
    wide = b"\x89PNG\r\n\x1a\n" + head + png_chunk(b"IDAT", zlib.compress(bytes(10)))
    wide += png_chunk(b"IEND", b"")
    answer = narrow.predict(("z.zip", grey.getvalue()), ("wide.png", wide))
    reasons = {film["path"]: film["reason"] for film in answer.json()["films"]}
    assert reasons["z.zip/fine.png"] == ""
    assert "decompression bomb" in reasons["z.zip/zeros.png"]
    assert "decompression bomb" in reasons["wide.png"]


def test_a_head_that_does_not_come_is_not_waited_for(hasty):
    assert hasty.talk(b"GET /health HTTP/1.1\r\nX: ", *[b"a"] * 10, pause=0.1) == b""
    # Nothing but the time of a head closes it.
    assert hasty.talk() == b""


def test_a_head_without_end_is_refused(narrow):
    answer = narrow.talk(b"GET /health HTTP/1.1\r\n", *[b"X: " + b"a" * 1000 + b"\r\n"] * 40)
    assert b"200" not in answer.split(b"\r\n")[0]


def test_a_body_that_comes_too_slowly_is_refused(predictor, facts, tmp_path):
    drops = [b"a"] * 20
    with running(predictor, tmp_path, facts, upload_seconds=1) as slow:
        answer = slow.talk(LAST + b"Content-Length: 500\r\n\r\n", *drops, pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_client_that_does_not_take_its_answers_is_let_go(hasty):
    request = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", hasty.port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(request)
        while deaf.getsockname() not in hasty.clients():
            time.sleep(0.001)
        # What the system has taken from the service it goes on offering, for minutes.
        with suppress(ConnectionError):
            while deaf.getsockname() in hasty.clients():
                deaf.sendall(request)
                time.sleep(0.001)
    assert hasty.get("/health").status_code == 200


def test_beyond_its_time_a_request_gives_what_it_has(predictor, facts, films, tmp_path):
    with running(Slow(predictor, 0.7), tmp_path, facts, seconds=2, threads=1) as slow:
        answer = slow.predict(*[("0.png", films["0.png"])] * 4)
        reasons = [film["reason"] for film in answer.json()["films"]]
    assert answer.status_code == 200
    assert reasons[0] == ""
    assert "the time of the request, 2 s, was over" in reasons[-1]


def test_whoever_finds_no_room_is_told_when_to_come_again(predictor, facts, films, tmp_path):
    with (
        running(Slow(predictor, 0.3), tmp_path, facts, requests=2, threads=1) as slow,
        ThreadPoolExecutor(8) as clients,
    ):
        one = ("0.png", films["0.png"])
        answers = list(clients.map(lambda _: slow.predict(one), range(8)))
        codes = sorted(answer.status_code for answer in answers)
        turned_away = [answer for answer in answers if answer.status_code == 429]
        assert codes.count(200) >= 2
        assert codes.count(429) >= 1
        assert codes.count(200) + codes.count(429) == 8
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in turned_away)
        assert slow.get("/health").status_code == 200
        assert slow.predict(one).status_code == 200


def test_bodies_share_the_memory_that_is_set_aside(predictor, facts, tmp_path):
    with running(predictor, tmp_path, facts, megabytes=1, held_megabytes=1.2) as found:
        sent, refused = threading.Event(), threading.Event()

        def waits():
            yield bytes(900_000)
            sent.set()
            refused.wait(30)
            yield b"x"

        with ThreadPoolExecutor(1) as clients:
            other = clients.submit(found.send, waits())
            # Until the service has read what the other has sent, for which it is left alone first.
            # Where one of these was read before, the other is the one that is refused, is told so
            # when it has waited long enough, and tries again.
            sent.wait(30)
            time.sleep(0.2)
            while found.send(bytes(900_000)).status_code != 429:
                time.sleep(0.2)
                if other.done():
                    other = clients.submit(found.send, waits())
            refused.set()
            assert other.result().status_code == 200
        assert found.send(bytes(900_000)).status_code == 200


def test_work_ends_when_nobody_waits_for_it(predictor, facts, films, tmp_path):
    with running(Slow(predictor, 0.5), tmp_path, facts, threads=1) as slow:
        body = b"".join(
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n%b\r\n'
            % films["0.png"]
            for _ in range(120)
        )
        head = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\n" + (
            b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n"
            % (len(body) + 7)
        )
        slow.talk(head + body + b"--x--\r\n", pause=0.3, seconds=0.1)
        began = time.monotonic()
        assert slow.predict(("0.png", films["0.png"])).status_code == 200
        assert time.monotonic() - began < 30, "the films of a client that went away are 60 s"
