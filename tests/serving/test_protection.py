"""Who may ask: this machine, those who know the token, no page of another site."""

import json

import pytest
from served import running

from pneumoscope.errors import InputError
from pneumoscope.serving.command import checked_token
from pneumoscope.serving.server import Access

TOKEN = "correct horse battery staple"


@pytest.fixture(scope="module")
def guarded(predictor, facts, tmp_path_factory):
    access = Access(token=TOKEN, names=["films.example", "2001:db8::7"])
    with running(predictor, tmp_path_factory.mktemp("guarded"), facts, access) as found:
        yield found


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (None, 401),
        ("Bearer wrong", 401),
        ("Bearer ", 401),
        (TOKEN, 401),
        (f"Basic {TOKEN}", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        ("Bearer \xff", 401),
    ],
)
def test_films_and_figures_are_for_those_who_know_the_token(guarded, films, given, status):
    headers = {} if given is None else {"Authorization": given.encode("latin-1")}
    assert guarded.get("/v1/models", headers=headers).status_code == status
    answer = guarded.send(films["0.png"], headers=headers)
    assert answer.status_code == status
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_film_of_a_stranger_is_not_even_read(guarded):
    head = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
    answer = guarded.talk(head + b"Content-Length: 9999\r\nExpect: 100-continue\r\n\r\n", seconds=1)
    assert answer.startswith(b"HTTP/1.1 401")


def test_the_description_tells_of_the_token_where_there_is_one(guarded, served):
    schemes = [
        one.get("/openapi.json").json()["components"].get("securitySchemes")
        for one in (guarded, served)
    ]
    assert schemes == [{"HTTPBearer": {"type": "http", "scheme": "bearer"}}, None]


def test_whether_it_runs_may_be_asked_by_all(guarded):
    assert guarded.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200), ("localhost:8000", 200), ("[::1]:8000", 200), ("films.example", 200),
        ("[2001:db8::7]:8000", 200), ("[2001:db8::8]:8000", 400),
        ("evil.example", 400), ("127.0.0.1.evil.example", 400), ("www.films.example", 400),
        ("localhost.", 400), ("", 400), ("localhost@evil.example", 400),
    ],
)  # fmt: skip
def test_a_name_that_points_here_does_not_let_a_page_in(guarded, host, status):
    answer = guarded.talk(b"GET /health HTTP/1.0\r\nHost: %b\r\n\r\n" % host.encode())
    assert int(answer.split()[1]) == status
    if status == 400:
        assert "a Host that" in json.loads(answer.rpartition(b"\r\n\r\n")[2])["error"]["expected"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
    ],
)
def test_what_a_page_of_another_site_sends_is_refused(served, films, headers, status):
    assert served.send(films["0.png"], headers=headers).status_code == status


def test_the_page_of_the_service_itself_may_ask(served, films):
    assert served.send(films["0.png"], headers={"Origin": served.url}).status_code == 200


def test_no_other_site_is_told_that_it_may_read_an_answer(served):
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (
        served.get("/health", headers=asked),
        served.get("/v1/models", headers=asked),
        served.get("/nowhere", headers=asked),
    ):
        assert [name for name in answer.headers if name.lower().startswith("access-control")] == []
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/page//etc/passwd",
        "/page/%00", "/..%2f..%2fetc/passwd", "//evil.example/", "/page/\\..\\app.py",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_page(served, path):
    answer = served.talk(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    assert int(answer.split()[1]) in (400, 404)
    assert b"\r\nlocation:" not in answer.lower()


def test_a_line_break_in_an_address_makes_no_header(served):
    answer = served.talk(b"GET /x%0d%0aSet-Cookie:a=b HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert b"set-cookie" not in answer.lower().split(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    ("host", "token", "complaint"),
    [
        ("0.0.0.0", None, "a token where others can reach"),
        ("::", None, "a token where others can reach"),
        ("192.168.1.5", None, "a token where others can reach"),
        ("films.example", None, "a token where others can reach"),
        ("0.0.0.0", "short", "at least 16 characters, received one of 5"),
        ("127.0.0.1", "", "at least 16 characters"),
        ("0.0.0.0", "ü" * 16, "of ASCII characters"),
        ("0.0.0.0", f" {TOKEN}", "without spaces around it"),
    ],
)
def test_it_does_not_listen_to_others_without_a_token(host, token, complaint):
    with pytest.raises(InputError, match=complaint):
        checked_token(host, token)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_on_this_machine_it_needs_none(host):
    assert checked_token(host, None) is None
    assert checked_token("0.0.0.0", TOKEN) == TOKEN
