"""DVC and kedro viz on a clone of the project, as its users call them."""

import base64
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.slow


def call(*command, cwd):
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def change(file, *keys, value):
    parameters = yaml.safe_load(file.read_text())
    block = parameters
    for key in keys[:-1]:
        block = block[key]
    block[keys[-1]] = value
    file.write_text(yaml.safe_dump(parameters, sort_keys=False))


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The committed project and what is not yet committed, made small and run once by DVC."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    call("git", "clone", "--quiet", str(PROJECT), str(folder), cwd=PROJECT)
    changed = call("git", "ls-files", "--modified", "--others", "--exclude-standard", cwd=PROJECT)
    for name in changed.split():
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((PROJECT / name).read_bytes())
    conf = folder / "conf/base"
    change(conf / "fetch/parameters.yml", "fetch", "phantoms", "patients", value=40)
    change(conf / "preprocessing/parameters.yml", "preprocessing", "size", value=[32, 32])
    change(conf / "evaluation/parameters.yml", "evaluation", "bootstrap", value=20)
    for model in ("mlp", "cnn"):
        change(conf / "training/parameters.yml", model, "fitting", "epochs", value=1)
    for name in ("user.name", "user.email"):
        call("git", "config", name, "test", cwd=folder)
    call("dvc", "repro", cwd=folder)
    call("git", "add", "--all", cwd=folder)
    call("git", "commit", "--quiet", "--message", "Run", cwd=folder)
    return folder


def test_a_second_reproduction_runs_nothing(clone):
    again = call("dvc", "repro", cwd=clone)
    assert "Running stage" not in again
    assert "up to date" in again


def test_metrics_and_plots_are_shown(clone):
    metrics = json.loads(call("dvc", "metrics", "show", "--json", cwd=clone))
    shown = next(iter(metrics.values()))["data"]
    assert "data/08_reporting/cnn/metrics.json" in shown
    call("dvc", "plots", "show", cwd=clone)
    assert (clone / "dvc_plots/index.html").exists()


def test_one_models_parameters_rerun_what_is_made_of_that_model_alone(clone):
    change(clone / "conf/base/training/parameters.yml", "mlp", "model", "units", value=[8])
    printed = call("dvc", "repro", cwd=clone)
    run = [line.split("'")[1] for line in printed.splitlines() if "Running stage" in line]
    assert run[:2] == ["training@mlp", "evaluation@mlp"]
    assert set(run[2:-1]) == {"ensembles@ensemble", "explanation@mlp", "robustness@mlp"}
    assert run[-1] == "reporting"


def test_an_experiment_changes_a_parameter_from_the_command_line(clone):
    call("git", "commit", "--quiet", "--all", "--allow-empty", "--message", "Try", cwd=clone)
    parameter = "conf/base/training/parameters.yml:mlp.fitting.epochs=2"
    call("dvc", "exp", "run", "--set-param", parameter, cwd=clone)
    history = (clone / "data/08_reporting/mlp/history.csv").read_text()
    assert len(history.splitlines()) == 3


@pytest.mark.skipif(find_spec("kedro_viz") is None, reason="needs the extra `viz`")
def test_kedro_viz_builds_with_layers_and_previews(clone):
    call("kedro", "viz", "build", "--include-previews", cwd=clone)
    graph = json.loads((clone / "build/api/main").read_text())
    assert graph["layers"] == [
        "raw", "intermediate", "primary", "model_input", "models", "model_output", "reporting",
    ]  # fmt: skip
    previews = previews_by_path(clone)
    assert {"cnn/history.csv", "figures/forest.png", "significance.csv"} <= set(previews)
    table = previews["comparison.csv"]
    assert table["columns"][:2] == ["architecture", "split"]
    assert {row[0] for row in table["data"]} >= {"mlp", "cnn"}
    measured = json.loads(previews["cnn/metrics.json"])
    saved = json.loads((clone / "data/08_reporting/cnn/metrics.json").read_text())
    assert measured["operating_point"] == saved["operating_point"]
    drawn = base64.b64decode(previews["figures/roc.png"])
    assert drawn == (clone / "data/08_reporting/figures/roc.png").read_bytes()


def previews_by_path(project):
    """Give what kedro viz shows of each entry in `08_reporting`, by its path there."""
    shown = [json.loads(file.read_text()) for file in (project / "build/api/nodes").iterdir()]
    return {
        item["filepath"].split("08_reporting/")[1]: item["preview"]
        for item in shown
        if item.get("preview") and "08_reporting/" in item["filepath"]
    }
