"""Hostile films and hostile bodies by HTTP: each is answered, and nothing grows."""

import io
import json
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import requests
from hostile import corpus
from hypothesis import example, given, settings
from hypothesis import strategies as st
from served import started

CLIENTS, AT_ONCE = 4, 20
BEYOND = "beyond the bounds"
"""What the reference says of films beyond bounds of its own, narrower than those of the service."""


def send(served, cases):
    form = [("films", (case.name, case.data)) for case in cases]
    answer = requests.post(f"{served.url}/v1/predict", files=form, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()["films"]


def seen(served, cases):
    """Send the cases by several clients at a time; give what was said of each."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        parts = [cases[start : start + AT_ONCE] for start in range(0, len(cases), AT_ONCE)]
        return [film for found in clients.map(partial(send, served), parts) for film in found]


def check(cases, found):
    assert len(found) == len(cases)
    for case, film in zip(cases, found, strict=True):
        assert (film["reason"] == "") == (film["score"] is not None), case.name
        if case.damaged and case.damaged != BEYOND:
            assert film["reason"], case.name


def test_hostile_films_are_answered(served):
    cases = list(corpus(11, 60))
    check(cases, seen(served, cases))


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"Rows": 60000, "Columns": 60000}, "megapixels"),
        ({"NumberOfFrames": 1_000_000}, ""),
        ({"Rows": 0}, ""),
        ({"BitsAllocated": 64}, ""),
        ({"SamplesPerPixel": 60000}, ""),
    ],
)
def test_dicoms_that_lie_are_refused_and_name_nobody(served, tags, reason):
    pytest.importorskip("pydicom", reason="needs the extra `dicom`")
    from dicom_files import chest, film

    data = film(chest(), PatientName="Doe^Jane", **tags)
    answer = served.predict(("a.dcm", data), ("cut.dcm", data[: len(data) // 2]))
    assert answer.status_code == 200
    assert all(found["reason"] for found in answer.json()["films"])
    assert reason in answer.json()["films"][0]["reason"]
    assert "Doe" not in answer.text
    assert "Doe" not in served.service.audit.file.read_text()


def test_a_dicom_that_inflates_without_end_is_refused(served):
    pytest.importorskip("pydicom", reason="needs the extra `dicom`")
    import pydicom
    from dicom_files import PLAIN, chest, film

    deflated = film(chest(), PLAIN["deflated"])
    meta = pydicom.dcmread(io.BytesIO(deflated), stop_before_pixels=True).file_meta
    start = 132 + 12 + meta.FileMetaInformationGroupLength
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # Behind a full flush a block stands for itself, and may be repeated.
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = deflated[:start] + 600 * block + packer.flush()
    film_of_it = served.predict(("bomb.dcm", bomb)).json()["films"][0]
    assert film_of_it["reason"]


@pytest.mark.slow
def test_a_great_many_grow_nothing(results, tmp_path):
    """HOSTILE=10000 tries as many."""
    count = int(os.environ.get("HOSTILE", "800"))
    with started("--results", str(results), "--audit", str(tmp_path / "served.jsonl")) as served:
        held = []
        for tenth in range(10):
            cases = list(corpus(100 + tenth, count // 10))
            check(cases, seen(served, cases))
            held.append(served.memory)
        assert served.stop() == 0
    # What libraries keep once they were used is there after the first tenths.
    assert held[-1] <= 1.1 * held[1] + 10, held
    assert len((tmp_path / "served.jsonl").read_text().splitlines()) == 10 * (count // 10)


_NAMES = st.binary(max_size=40)
_FILES = st.lists(st.tuples(_NAMES, st.binary(max_size=200)), max_size=4)


@settings(max_examples=60)
@given(_FILES, st.binary(max_size=20), st.integers(-40, 0))
@example([(b'a"; filename="b', b"x")], b"", 0)
@example([(b"a\r\nContent-Type: text/html", b"x")], b"", 0)
@example([(b"", b"\r\n--x--\r\n")], b"", 0)
@example([(b"a", b"PK\x03\x04")], b"--x", -1)
def test_no_form_is_answered_by_an_error_of_the_code(served, files, tail, cut):
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="%b"\r\n\r\n%b\r\n' % part
        for part in files
    )
    body = (body + b"--x--\r\n" + tail)[: cut or None]
    answer = served.send(body, "multipart/form-data; boundary=x")
    assert answer.status_code in (200, 400, 413)
    if answer.status_code == 200:
        assert len(answer.json()["films"]) >= 1
    else:
        assert set(answer.json()["error"]) == {"expected", "received", "remedy"}


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(["image/png", "application/zip"]))
def test_no_bytes_are_answered_by_an_error_of_the_code(served, data, kind):
    for start in (b"", b"PK\x03\x04", b"PK\x05\x06"):
        answer = served.send(start + data, kind)
        assert answer.status_code in ((200,) if start + data else (400,))


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["prevalence", "images", "x", "\r\nX: y", "prevalence\x00"]),
        st.text(max_size=20),
        max_size=3,
    )
)
def test_no_question_is_answered_by_an_error_of_the_code(served, asked):
    answer = served.send(b"x", params=asked)
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert set(asked) <= {"prevalence", "images"}


@settings(max_examples=60)
@given(st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"]),
       st.text(max_size=30), st.binary(max_size=30))  # fmt: skip
def test_no_request_is_answered_by_an_error_of_the_code(served, method, path, more):
    head = f"{method} /{path} HTTP/1.0\r\nHost: localhost\r\n".encode("utf-8", "replace")
    answer = served.talk(head + more + b"\r\n\r\n", seconds=5)
    status = int(answer.split()[1]) if answer else 400
    assert 200 <= status < 500
    if status >= 400 and b"application/json" in answer:
        assert "error" in json.loads(answer.rpartition(b"\r\n\r\n")[2] or b'{"error": 0}')
