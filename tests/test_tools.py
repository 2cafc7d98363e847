"""DVC and kedro viz on a clone of the project, as its users call them."""

import base64
import json
import os
import re
import subprocess
import sys
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.slow


def call(*command, cwd, **environment):
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **environment},
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
        (folder / name).unlink(missing_ok=True)
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((PROJECT / name).read_bytes())
    conf = folder / "conf/base"
    change(conf / "fetch/parameters.yml", "fetch", "phantoms", "patients", value=40)
    change(conf / "preprocessing/parameters.yml", "preprocessing", "size", value=[32, 32])
    for model in ("mlp", "cnn"):
        change(conf / "training/parameters.yml", model, "fitting", "epochs", value=1)
    commit(folder)
    call("dvc", "repro", cwd=folder)
    return folder


def commit(folder):
    for name in ("user.name", "user.email"):
        call("git", "config", name, "test", cwd=folder)
    call("git", "add", "--all", cwd=folder)
    call("git", "commit", "--quiet", "--allow-empty", "--message", "Change", cwd=folder)


def out_of_date(folder):
    """Name the stages that `dvc status` finds something of their own changed for."""
    found = json.loads(call("dvc", "status", "--json", cwd=folder).splitlines()[-1])
    return {
        stage
        for stage, changes in found.items()
        if any(
            path.startswith(("src/", "conf/", "requirements"))
            for change in changes
            if isinstance(change, dict)
            for path in change.get("changed deps", {})
        )
    }


def test_a_run_leaves_the_working_tree_clean(clone):
    assert call("git", "status", "--porcelain", cwd=clone) == ""


def test_a_second_reproduction_runs_nothing(clone):
    again = call("dvc", "repro", cwd=clone)
    assert "Running stage" not in again
    assert "up to date" in again


def test_metrics_are_one_row_of_three_numbers_a_model(clone):
    table = call("dvc", "metrics", "show", cwd=clone).strip().splitlines()
    assert len(table) == 2
    assert max(len(line) for line in table) < 200
    assert sorted(table[0].split()) == [
        "Path",
        *(f"{model}.{number}" for model in ("cnn", "ensemble", "mlp")
          for number in ("auroc", "sensitivity", "specificity")),
    ]  # fmt: skip
    assert table[1].split()[0] == "data/08_reporting/summary.json"


def test_plots_name_their_models_and_need_no_network(clone):
    call("dvc", "plots", "show", cwd=clone)
    page = (clone / "dvc_plots/index.html").read_text()
    assert re.findall(r"https?:|<script", page) == []
    shown = re.findall(r'src="([^"]+)"', page)
    assert any("curves_cnn" in source for source in shown)
    assert [source for source in shown if not (clone / "dvc_plots" / source).exists()] == []


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("src/pneumoscope/options/training.py", {
            "training@cnn", "training@mlp", "evaluation@cnn", "evaluation@mlp", "reporting",
            "robustness@cnn", "robustness@mlp", "explanation@cnn", "explanation@mlp",
            "ensembles@ensemble", "shift", "exchange",
        }),
        ("src/pneumoscope/phantoms/bones.py", {"fetch"}),
        ("src/pneumoscope/report/templates/report.html", {"reporting"}),
        ("src/pneumoscope/cli.py", set()),
        ("conf/base/robustness/catalog.yml", {
            "robustness@cnn", "robustness@mlp", "reporting", "shift",
        }),
    ],
)  # fmt: skip
def test_a_touched_file_makes_the_stages_that_import_it_out_of_date(clone, file, expected):
    before = (clone / file).read_bytes()
    (clone / file).write_bytes(before + b"\n")
    try:
        assert out_of_date(clone) == expected
    finally:
        (clone / file).write_bytes(before)


@pytest.mark.parametrize(
    "file",
    [
        "src/pneumoscope/naming.py", "src/pneumoscope/datasets/atomic.py",
        "conf/base/globals.yml", "requirements.lock",
    ],
)  # fmt: skip
def test_what_all_stages_read_makes_all_of_them_out_of_date(clone, file):
    stages = call("dvc", "stage", "list", "--name-only", cwd=clone).split()
    before = (clone / file).read_bytes()
    (clone / file).write_bytes(before + b"\n")
    try:
        assert out_of_date(clone) == set(stages)
    finally:
        (clone / file).write_bytes(before)


def test_what_the_shell_has_set_is_neither_read_nor_recorded(clone, tmp_path):
    fetch = clone / "conf/base/ingestion/parameters.yml"
    manifest = clone / "data/02_intermediate/manifest.parquet"
    before = fetch.read_bytes(), manifest.read_bytes()
    change(fetch, "ingestion", "warn_auroc", value=0.75)
    elsewhere = {
        "RADIOGRAPHS": str(tmp_path), "FILMS": str(tmp_path), "RESULTS": str(tmp_path / "results"),
        "KEDRO_ENV": "smoke", "CNN_WEIGHTS": "imagenet",
    }  # fmt: skip
    printed = call("dvc", "repro", "--single-item", "ingestion", cwd=clone, **elsewhere)
    told = "CNN_WEIGHTS, FILMS, KEDRO_ENV, RADIOGRAPHS, RESULTS"
    assert told in " ".join(printed.split())
    assert manifest.read_bytes() == before[1]
    assert list(tmp_path.iterdir()) == []
    fetch.write_bytes(before[0])
    assert "cached" in call("dvc", "repro", "--single-item", "ingestion", cwd=clone)


def test_one_models_parameters_rerun_what_is_made_of_that_model_alone(clone):
    change(clone / "conf/base/training/parameters.yml", "mlp", "model", "units", value=[8])
    printed = call("dvc", "repro", cwd=clone)
    run = [line.split("'")[1] for line in printed.splitlines() if "Running stage" in line]
    assert run[:2] == ["training@mlp", "evaluation@mlp"]
    assert set(run[2:-2]) == {"ensembles@ensemble", "explanation@mlp", "robustness@mlp"}
    assert run[-2:] == ["reporting", "exchange"]


def test_a_third_architecture_needs_no_edit_of_dvc_yaml(clone):
    file = clone / "conf/base/training/parameters.yml"
    parameters = yaml.safe_load(file.read_text())
    parameters["architectures"].append("small")
    # Not the same block, which YAML would write as an alias, where DVC changes no parameter.
    parameters["small"] = deepcopy(parameters["mlp"])
    file.write_text(yaml.safe_dump(parameters, sort_keys=False))
    assert "Wrote dvc.yaml" in call("kedro", "stages", cwd=clone)
    printed = call("dvc", "repro", cwd=clone)
    run = {line.split("'")[1] for line in printed.splitlines() if "Running stage" in line}
    assert run == {
        "training@small", "evaluation@small", "robustness@small", "explanation@small",
        "reporting", "exchange",
    }  # fmt: skip
    assert (clone / "data/08_reporting/model_card_small.md").exists()


def test_who_keeps_a_history_can_try_parameters_as_experiments(clone):
    """The steps of docs/dvc.md."""
    call("dvc", "config", "core.no_scm", "false", cwd=clone)
    ignored = (clone / ".gitignore").read_text()
    (clone / ".gitignore").write_text(ignored.replace("/dvc.lock\n", ""))
    commit(clone)
    parameter = "conf/base/training/parameters.yml:mlp.fitting.epochs=2"
    call("dvc", "exp", "run", "--set-param", parameter, cwd=clone)
    history = (clone / "data/08_reporting/mlp/history.csv").read_text()
    assert len(history.splitlines()) == 3
    compared = json.loads(call("dvc", "metrics", "diff", "--json", cwd=clone).splitlines()[-1])
    assert "mlp.auroc" in compared["data/08_reporting/summary.json"]
    shown = call(
        "dvc", "exp", "show", "--csv", "--only-changed", "--drop", ".*/.*", cwd=clone
    )  # fmt: skip
    (columns,) = (line.split(",") for line in shown.splitlines() if "Created" in line.split(","))
    assert "mlp.fitting.epochs" in columns
    assert "mlp.auroc" in columns
    assert len(columns) < 20
    assert not [name for name in columns if "/" in name]


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
