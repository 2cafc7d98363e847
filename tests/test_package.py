"""What `kedro package` builds: complete, and running where nothing of the project lies."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"

pytestmark = pytest.mark.slow


def call(*command, cwd, **environment):
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd, env={**surroundings, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the wheel and the configuration, built from the project's own files."""
    folder = tmp_path_factory.mktemp("packaged") / "project"
    listed = call(
        "git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=PROJECT
    ).split("\n")
    for name in filter(None, listed):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    call(Path(sys.executable).with_name("kedro"), "package", cwd=folder)
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(built):
    return next(built.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_package(wheel):
    package = PROJECT / "src/pneumoscope"
    files = {
        file.relative_to(package.parent).as_posix()
        for file in package.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(wheel) as packed:
        assert files - set(packed.namelist()) == set()


def test_the_wheel_runs_elsewhere_with_its_configuration(wheel, built, tmp_path):
    environment = tmp_path / "venv"
    call(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    python = environment / SCRIPTS / "python"
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    lock = PROJECT / "requirements.lock"
    call(uv, "pip", "install", "--python", python, "--constraints", lock, wheel, cwd=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    archive = built / "conf-pneumoscope.tar.gz"
    command = ("-m", "pneumoscope", f"--conf-source={archive}", "--env=smoke")
    assert "usage data" not in call(python, *command, cwd=elsewhere)
    report = (elsewhere / "data/08_reporting/report.html").read_text(encoding="utf-8")
    assert "phantoms" in report
    measured = json.loads((elsewhere / "data/08_reporting/cnn/metrics.json").read_text())
    assert 0 <= measured["operating_point"]["threshold"] <= 1
