"""What stays of a film: a line by its hash; nothing that names it or a patient."""

import hashlib
import io
import json
import logging
import os
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
from served import running

from pneumoscope.errors import InputError
from pneumoscope.serving.audit import Audit
from pneumoscope.serving.log import JsonLines

NAME = "Doe_Jane_1970"


def test_each_film_gets_a_line_in_the_audit(served, films):
    before = len(served.audit)
    answer = served.predict((f"{NAME}.png", films["0.png"]), (f"{NAME}.txt", b"no film"))
    read, refused = served.audit[before:]
    film, _ = answer.json()["films"]
    assert read["sha256"] == film["sha256"]
    assert {name: read[name] for name in ("prediction", "score", "model", "fingerprint")} == {
        name: film[name] for name in ("prediction", "score", "model", "fingerprint")
    }
    assert read["read"] and not refused["read"]
    assert refused["sha256"] == hashlib.sha256(b"no film").hexdigest()
    assert refused["prediction"] is None
    assert read["request"] == refused["request"] == answer.headers["X-Request-ID"]
    assert read["time"].endswith("+00:00")
    assert NAME not in json.dumps([read, refused])


def test_the_audit_is_for_its_owner_and_only_grows(tmp_path):
    file = tmp_path / "some" / "served.jsonl"
    for _ in range(2):
        audit = Audit(file)
        os.write(audit._descriptor, b"{}\n")
        audit.close()
    assert file.read_text() == "{}\n{}\n"
    assert file.stat().st_mode & 0o007 == 0


def test_an_audit_that_cannot_be_written_stops_the_start(tmp_path):
    with pytest.raises(InputError, match="--audit <file>"):
        Audit(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_nothing_is_given_out_without_its_line(predictor, facts, films, tmp_path):
    (tmp_path / "served.jsonl").symlink_to("/dev/full")
    with running(predictor, tmp_path, facts) as found:
        answer = found.predict(("0.png", films["0.png"]))
    assert answer.status_code == 503
    assert "films" not in answer.json()


def test_no_line_of_the_log_names_a_film_or_an_address(served, films, caplog):
    def told():
        # An answer to an earlier test may be logged only now.
        lines = [json.loads(line) for line in written() if '"answered"' in line]
        return [line for line in lines if line["request"] in asked]

    def written():
        # pytest listens to a logger that is switched off, too.
        records = [record for record in caplog.records if record.name != "uvicorn.access"]
        return [JsonLines().format(record) for record in records]

    with caplog.at_level(logging.INFO):
        answers = (
            served.predict((f"{NAME}.png", films["0.png"]), params={"prevalence": 0.123}),
            served.get(f"/{NAME}?{NAME}", headers={"X-Name": NAME, "User-Agent": NAME}),
            served.predict((NAME, b"x"), params={NAME: NAME}),
        )
        asked = [answer.headers["X-Request-ID"] for answer in answers]
        _wait_for(lambda: len(told()) == 3)
    assert [line["status"] for line in told()] == [200, 404, 422]
    first, *_ = told()
    assert first["route"] == "/v1/predict"
    assert (first["films"], first["read"]) == (1, 1)
    assert NAME not in "".join(written())


def test_an_error_is_logged_by_its_place_and_not_by_what_it_says(
    predictor, facts, films, tmp_path, caplog
):
    class Broken:
        read = predictor.read

        def predict(self, files, prevalence=None, maps=False):
            if any(file.pixels is not None for file in files):
                raise ValueError(NAME)
            return predictor.predict(files, prevalence, maps)

    with running(Broken(), tmp_path, facts) as found:
        answer = found.predict(("0.png", films["0.png"]), ("1.png", films["1.png"]))
    assert answer.status_code == 200
    assert {film["reason"] for film in answer.json()["films"]} == {
        "it could not be scored (ValueError)"
    }
    lines = [JsonLines().format(record) for record in caplog.records]
    broken = [json.loads(line) for line in lines if "could not be scored" in line]
    assert broken[0]["error"] == "ValueError"
    assert broken[0]["at"].rpartition(":")[0] == __file__
    assert NAME not in "".join(lines)


def test_no_film_is_kept_unless_it_is_asked_for(
    served, predictor, facts, films, tmp_path, monkeypatch
):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr(f"{NAME}.png", films["1.png"])
    folder = served.service.audit.file.parent
    served.predict(("0.png", films["0.png"] + bytes(3_000_000)))
    assert [file.name for file in folder.iterdir()] == ["served.jsonl"]
    assert list(temporary.iterdir()) == []
    kept = tmp_path / "kept"
    kept.mkdir()
    with running(predictor, tmp_path, facts, keep=kept) as found:
        for _ in range(2):
            found.predict((f"{NAME}.png", films["0.png"]), (f"{NAME}.zip", packed.getvalue()))
    hashes = {hashlib.sha256(films[name]).hexdigest(): films[name] for name in ("0.png", "1.png")}
    assert {file.name: file.read_bytes() for file in kept.iterdir()} == hashes
    assert {file.stat().st_mode & 0o777 for file in kept.iterdir()} == {0o600}


def _wait_for(condition):
    """An answer is logged once it is out."""
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.02)
