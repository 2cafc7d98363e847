"""`pneumoscope serve` as a process: when it starts, when it does not, and how it ends."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from served import started
from whole_runs import here

from pneumoscope import cli
from pneumoscope.serving.command import main

NAME = "Doe_Jane"
KEDRO = str(Path(sys.executable).with_name("kedro"))


@pytest.fixture
def run(results, tmp_path):
    """A copy of the results, to be damaged."""
    return shutil.copytree(results, tmp_path / "run")


def test_it_serves_by_a_line_of_its_log_and_ends_when_it_is_told(run, films):
    with started("--results", str(run)) as served:
        answer = requests.post(
            f"{served.url}/v1/predict", files=[("films", (f"{NAME}.png", films["0.png"]))],
            timeout=60,
        )  # fmt: skip
        assert requests.get(f"{served.url}/{NAME}?{NAME}", timeout=60).status_code == 404
        assert served.stop() == 0
    assert answer.json()["films"][0]["prediction"] in ("NORMAL", "PNEUMONIA")
    (line,) = (run / "07_model_output/cnn/served.jsonl").read_text().splitlines()
    assert json.loads(line)["sha256"] == answer.json()["films"][0]["sha256"]
    first, notice, *log = served.said
    assert first == f"Serving cnn at {served.url}. Ctrl-C ends it.\n"
    assert "Not for diagnosis" in notice
    told = [json.loads(line) for line in log]
    assert [line["status"] for line in told if line["event"] == "answered"] == [200, 404]
    assert NAME not in "".join(log)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_work_in_flight_is_finished_before_it_ends(run, films, number):
    answers, kept = [], run / "kept"

    def ask():
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        body, url = form_of([films["colour.jpeg"]] * 100), f"{served.url}/v1/predict"
        answers.append(requests.post(url, data=body, headers=kind, timeout=300))

    given = ["--results", str(run), "--threads", "1", "--seconds", "3000", "--keep", str(kept)]
    with started(*given) as served:
        client = threading.Thread(target=ask)
        client.start()
        # The first film that is kept tells that the body is there, and that films are worked on.
        while client.is_alive() and not any(kept.iterdir()):
            time.sleep(0.001)
        asked = not answers
        assert served.stop(number) == 0
        client.join()
    assert asked, "the work was over before it was to be stopped"
    assert answers[0].json()["counts"] == {"films": 100, "read": 100, "not_read": 0}


def form_of(films):
    """A form of these films."""
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
    return b"".join(head + data + b"\r\n" for data in films) + b"--x--\r\n"


def test_what_clients_have_not_finished_does_not_keep_it_from_ending(run):
    half_a_body = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc"
    given = ["--results", str(run), "--upload-seconds", "100000"]
    with started(*given) as served, ExitStack() as clients:
        for said in (b"", b"GET /hea", half_a_body):
            client = socket.create_connection(("127.0.0.1", served.port))
            clients.enter_context(client).sendall(said)
        assert requests.get(f"{served.url}/health", timeout=60).status_code == 200
        assert served.stop() == 0


def test_neither_tensorflow_nor_kedro_is_loaded(run):
    code = (
        "import sys, uvicorn\n"
        "uvicorn.Server.run = lambda *_: None\n"
        "from pneumoscope.serving.command import main\n"
        "assert main(sys.argv[1:]) == 0\n"
        "print([name for name in ('tensorflow', 'keras', 'kedro', 'onnx', 'matplotlib', 'sklearn',"
        " 'highdicom') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--results", str(run), "--port", "0"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


def refusal(capsys, *arguments):
    """Have it refuse to start; give what it says."""
    assert main([*arguments, "--port", "0"]) == 2
    said = capsys.readouterr().err
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "Expected", "Received", "What to do",
    ]  # fmt: skip
    return said


def test_without_an_export_it_names_the_command_that_makes_one(run, capsys):
    shutil.rmtree(run / "06_models")
    given = ["--results", str(run)]
    assert "kedro export --model cnn" in refusal(capsys, *given, "--model", "cnn")
    assert "kedro export --model <name>" in refusal(capsys, *given)
    assert "a model 'x' that was evaluated" in refusal(capsys, *given, "--model", "x")


def test_without_a_lock_no_model_is_served(run, capsys):
    (run / "locks.json").write_text("{}")
    assert "a lock of the model" in refusal(capsys, "--results", str(run))


def test_an_export_of_another_threshold_than_the_locked_one_is_not_served(run, capsys):
    for file in (run / "locks.json", run / "08_reporting/cnn/metrics.json"):
        known = json.loads(file.read_text())
        for found in known.values() if file.name == "locks.json" else (known,):
            found["operating_point"]["threshold"] = 0.123
        file.write_text(json.dumps(known))
    said = refusal(capsys, "--results", str(run))
    assert "locked another threshold (0.1230)" in said
    assert "kedro export --model cnn" in said


def test_an_export_of_other_weights_is_not_served(run, capsys):
    metrics, locks = run / "08_reporting/cnn/metrics.json", run / "locks.json"
    old = next(iter(json.loads(locks.read_text())))
    for file in (metrics, locks):
        file.write_text(file.read_text().replace(old, "f" * 64))
    assert "evaluated other weights (ffffffffffff)" in refusal(capsys, "--results", str(run))


def test_what_stands_in_its_way_is_told(run, capsys, tmp_path):
    given = ["--results", str(run)]
    assert "a token where others" in refusal(capsys, *given, "--host", "0.0.0.0")
    assert "--audit <file>" in refusal(capsys, *given, "--audit", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert main([*given, "--port", str(other.getsockname()[1])]) == 2
    assert "--port <number>" in capsys.readouterr().err


def test_kedro_serves_the_model_that_the_run_predicts_with(tmp_path, capsys):
    asked = ("--env=smoke", "--params=inference.model=mlp", "--port=0")
    with pytest.raises(SystemExit) as ended:
        here(cli.serve, *asked, results=tmp_path)
    assert ended.value.code == 2
    assert f"a model 'mlp' that was evaluated, below '{tmp_path}'" in capsys.readouterr().err


@pytest.mark.slow
def test_kedro_serves(run, films):
    command = [KEDRO, "serve", "--env", "smoke", "--port", "0"]
    with started("--results", str(run), command=command) as served:
        answer = requests.post(f"{served.url}/v1/predict", data=films["0.png"], timeout=60,
                               headers={"Content-Type": "image/png"})  # fmt: skip
        assert served.stop(signal.SIGINT) == 0
    assert answer.json()["counts"]["read"] == 1


@pytest.mark.parametrize(
    "option",
    [["--port", "70000"], ["--threads", "0"], ["--seconds", "nan"], ["--max-films", "x"], ["x"],
     ["--allowed-host", "a*b"], ["--allowed-host", "http://films.example"],
     ["--allowed-host", "films.example:8000"]],
)  # fmt: skip
def test_an_option_out_of_range_is_refused(option, capsys):
    with pytest.raises(SystemExit) as ended:
        main(option)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err
