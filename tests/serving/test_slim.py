"""The service installed as its image installs it: without what trains, and it predicts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from served import started

PROJECT = Path(__file__).parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@pytest.mark.slow
def test_the_lock_of_the_service_is_enough_to_predict(
    results, films, served, tmp_path, monkeypatch
):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path)  # where nothing of the project lies
    source = tmp_path / "source"
    shutil.copytree(PROJECT / "src", source / "src")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, source)
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    python = tmp_path / "serve" / SCRIPTS / "python"
    install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    lock = PROJECT / "requirements-serve.lock"
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "serve")],
        [*install, "--only-binary", ":all:", "--require-hashes", "--requirement", str(lock)],
        [*install, "--no-deps", str(source)],
    ):
        subprocess.run(command, check=True)
    listed = subprocess.run(
        [uv, "pip", "list", "--python", str(python)], capture_output=True, text=True, check=True
    ).stdout
    assert not {"tensorflow", "tensorflow-cpu", "keras", "kedro"} & set(listed.split())
    audit = str(tmp_path / "served.jsonl")
    command = [str(python), "-m", "pneumoscope", "serve", "--port", "0"]
    with started("--results", str(results), "--audit", audit, command=command) as slim:
        form = [("films", (name, data)) for name, data in films.items()]
        answer = requests.post(f"{slim.url}/v1/predict", files=form, timeout=120)
        page = requests.get(slim.url, timeout=60)
        assert slim.stop() == 0
    given, expected = answer.json(), served.predict(*films.items()).json()
    # The last bits of a sum in float64 hang on where a process has its arrays.
    for one, other in zip(given["films"], expected["films"], strict=True):
        distance = other.pop("out_of_distribution_distance")
        assert one.pop("out_of_distribution_distance") == pytest.approx(distance, abs=1e-12)
    assert given == expected
    assert page.status_code == 200
