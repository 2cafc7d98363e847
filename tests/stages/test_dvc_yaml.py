"""dvc.yaml: what each stage depends on, read off the graph, the catalog and the imports."""

import json
import logging
import os
import shutil
from pathlib import Path

import pytest
import yaml
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from pneumoscope.errors import InputError
from pneumoscope.stages import commands
from pneumoscope.stages.dvc import dvc_yaml

PROJECT = Path(__file__).parents[2]
# They start a run, check it or print: see docs/dvc.md.
NO_RESULTS = {
    "__main__.py", "cli.py", "cluster.py", "cluster_hooks.py", "command_line.py",
    "figure_hooks.py", "graph.py", "node_group.py", "options/names.py", "options/project.py",
    "options/reading.py", "pipelines/lazy.py", "released_memory.py", "repeated_lines.py",
    "results.py", "results_lock.py", "run_header.py", "session.py", "side_by_side.py",
    "surroundings.py",
}  # fmt: skip
# The default run has neither a study nor a download, predicts no new radiographs, stores and
# serves no results elsewhere, writes no page or LiteRT file, measures no other site, trains on no
# parts of train, and is not compared with another run.
OTHER_RUNS = (
    "preview/",
    "pipelines/study/",
    "plots/study.py",
    "studies/",
    "datasets/archive.py",
    "datasets/download.py",
    "datasets/dated_table.py",
    "datasets/dicom_archive.py",
    "datasets/dicom_results.py",
    "datasets/films.py",
    "datasets/finished_run.py",
    "datasets/npm_files.py",
    "datasets/stores/local_file.py",
    "exchange/dicom_results/",
    "exchange/web.py",
    "pipelines/litert/",
    "pipelines/web_page/",
    "serving/",
    "out_of_distribution/wording.py",
    "report/predictions_page.py",
    "runs/",
    "inference/",
    "pipelines/inference/",
    "external/films.py",
    "external/measure.py",
    "external/overlap.py",
    "external/updates/",
    "learning_curve/",
    "options/external.py",
    "options/learning_curve.py",
    "options/site_update.py",
    "pipelines/external/",
    "pipelines/learning_curve/",
    "pipelines/tuning/",
    "tuning/search.py",
)


def written(project: Path) -> str:
    bootstrap_project(project)
    with KedroSession.create(project_path=project, env="base") as session:
        return dvc_yaml(session.load_context())


def expanded(text: str) -> dict[str, dict]:
    """Give the stages of dvc.yaml by their names, `foreach` written out."""
    stages = {}
    for name, stage in yaml.safe_load(text)["stages"].items():
        for item in stage.get("foreach", [None]):
            body = json.dumps(stage.get("do", stage)).replace("${item}", str(item))
            stages[f"{name}@{item}" if item else name] = json.loads(body)
    return stages


@pytest.fixture(scope="module")
def stages():
    return expanded((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))


IGNORED = shutil.ignore_patterns("__pycache__", "local", "*.egg-info")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A project of the sources alone, which no test changes."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "src", project / "src", ignore=IGNORED)
    shutil.copy(PROJECT / "pyproject.toml", project)
    return project


@pytest.fixture
def copy(sources, monkeypatch):
    """The project's configuration and sources: a test may change the configuration."""
    shutil.copytree(PROJECT / "conf", sources / "conf", ignore=IGNORED)
    shutil.copy(PROJECT / "dvc.yaml", sources)
    monkeypatch.chdir(sources)
    yield sources
    bootstrap_project(PROJECT)
    shutil.rmtree(sources / "conf")


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")


def add_a_third_architecture(project: Path) -> None:
    file = project / "conf/base/training/parameters.yml"
    change(file, "architectures: [mlp, cnn]", "architectures: [mlp, cnn, small]")
    model = "model: {architecture: mlp, units: [8]}"
    block = f"\nsmall:\n  {model}\n  augmentation: {{}}\n  fitting: {{epochs: 1}}\n"
    file.write_text(file.read_text(encoding="utf-8") + block, encoding="utf-8")


def depending_on(file: str, stages: dict[str, dict]) -> set[str]:
    return {name for name, stage in stages.items() if file in stage["deps"]}


def test_dvc_yaml_is_what_kedro_stages_writes():
    assert (PROJECT / "dvc.yaml").read_text(encoding="utf-8") == written(PROJECT), (
        "run `kedro stages`"
    )


def test_every_source_file_is_a_dependency_of_some_stage_or_makes_no_results(stages):
    used = {path for stage in stages.values() for path in stage["deps"]}
    sources = PROJECT / "src/pneumoscope"
    unused = {
        file.relative_to(sources).as_posix()
        for file in sources.rglob("*")
        if file.is_file() and file.suffix != ".pyc"
        if file.relative_to(PROJECT).as_posix() not in used
    }
    elsewhere = {name for name in unused if name.startswith(("stages/", *OTHER_RUNS))}
    assert sorted(unused - elsewhere - NO_RESULTS) == []


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("src/pneumoscope/phantoms/bones.py", {"fetch"}),
        ("src/pneumoscope/models/training/optimizer.py", {"training@cnn", "training@mlp"}),
        ("src/pneumoscope/report/templates/report.html", {"reporting"}),
        ("src/pneumoscope/report/guidelines/claim_2024.yml", {"reporting"}),
        ("src/pneumoscope/models/explain/gradients.py", {"explanation@cnn", "explanation@mlp"}),
        ("src/pneumoscope/options/fetch.py", {"fetch"}),
        ("src/pneumoscope/splitting/assignment.py", {"rebalancing"}),
        ("data/06_models/cnn/model.keras", {
            "evaluation@cnn", "robustness@cnn", "explanation@cnn", "exchange",
        }),
        ("data/07_model_output/mlp/scores.parquet", {
            "ensembles@ensemble", "explanation@mlp", "reporting",
        }),
        ("src/pneumoscope/exchange/clahe.py", {"exchange"}),
        ("src/pneumoscope/radiographs/decoders/tiff.py", {"ingestion"}),
    ],
)  # fmt: skip
def test_a_change_concerns_these_stages_alone(stages, file, expected):
    assert (PROJECT / file).exists() or file.startswith("data/")
    assert depending_on(file, stages) == expected


@pytest.mark.parametrize(
    "file",
    [
        "conf/base/globals.yml", "requirements.lock", "src/pneumoscope/naming.py",
        "src/pneumoscope/configuration.py", "src/pneumoscope/datasets/atomic.py",
        "src/pneumoscope/hooks.py", "src/pneumoscope/pipeline_registry.py",
    ],
)  # fmt: skip
def test_what_every_stage_reads_concerns_every_stage(stages, file):
    assert depending_on(file, stages) == set(stages)


def test_a_parameter_concerns_the_stages_that_take_it(stages):
    taken = {
        name: {key for entry in stage["params"] for keys in entry.values() for key in keys}
        for name, stage in stages.items()
    }
    assert {name for name, keys in taken.items() if "robustness" in keys} == {
        "robustness@cnn", "robustness@mlp",
    }  # fmt: skip
    assert {"cnn", "mlp", "architectures", "ensembles"} <= taken["reporting"]
    assert "mlp" not in taken["training@cnn"]
    # What films are is read from the records stored with them.
    assert "fetch.source" in taken["ingestion"]
    assert "fetch.source" not in taken["reporting"]


def test_a_stage_that_reads_from_an_address_is_never_up_to_date(copy, stages):
    assert not any("always_changed" in stage for stage in stages.values())
    catalog = copy / "conf/base/fetch/catalog.yml"
    lines = catalog.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if "radiographs_folder:" in line)
    lines[place] = "  filepath: s3://bucket/films"
    catalog.write_text("\n".join(lines), encoding="utf-8")
    (copy / "conf/base/globals.yml").write_text("results: data\nsource: folder\n")
    stages = expanded(written(copy))
    assert {name for name, stage in stages.items() if "always_changed" in stage} == {"ingestion"}
    assert "bucket" not in str(stages["ingestion"]["deps"])


def test_nothing_that_only_grows_is_tracked(stages):
    entries = {
        name: entry
        for file in (PROJECT / "conf/base").rglob("catalog.yml")
        for name, entry in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    }
    growing = {
        name: entry
        for name, entry in entries.items()
        if entry["type"].endswith(("LogDataset", "KeyedRecordsDataset", "CheckpointDataset"))
    }
    assert {"known_precisions", "{architecture}.checkpoint"} <= set(growing)
    assert [name for name, entry in growing.items() if entry["metadata"].get("dvc") is not False
            ] == []  # fmt: skip
    tracked = str([
        [stage["deps"], stage.get("outs"), stage.get("plots")] for stage in stages.values()
    ])  # fmt: skip
    for name in ("test_access_log", "precision_probes", "06_checkpoints", "locks.json"):
        assert name not in tracked


def test_what_is_the_users_is_neither_output_nor_input_of_a_stage(stages):
    tracked = str([[stage["deps"], stage.get("outs")] for stage in stages.values()])
    assert "data/02_intermediate/decoded_radiographs" in tracked
    for name in ("predictions.csv", "decoded_films", "data/07_model_output'", "02_intermediate'"):
        assert name not in tracked


def test_metrics_are_the_summary_and_plots_are_pictures(stages):
    metrics = {path for stage in stages.values() for path in stage.get("metrics", [])}
    assert metrics == {"data/08_reporting/summary.json"}
    plots = [path for stage in stages.values() for path in stage.get("plots", [])]
    assert {"data/08_reporting/figures/curves_cnn.png", "data/08_reporting/figures/roc.png"} <= {
        *plots
    }
    # DVC's page of pictures loads no script from elsewhere; that of tables does.
    assert {Path(path).suffix for path in plots} == {".png"}


def test_the_export_comes_last_and_nothing_waits_for_it(stages):
    """`make run`, which has not the extra, stops before it: `dvc repro reporting`."""
    made = {path: name for name, stage in stages.items() for kind in ("outs", "metrics", "plots")
            for path in stage.get(kind, [])}  # fmt: skip
    needed, waiting = set(), ["reporting"]
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting += {made[path] for path in stages[name]["deps"] if path in made} - needed
    assert set(stages) - needed == {"exchange"}
    assert "data/08_reporting/model_card_cnn.md" in stages["exchange"]["deps"]


def test_a_third_architecture_is_followed_by_cards_and_reporting(copy):
    add_a_third_architecture(copy)
    stages = expanded(written(copy))
    assert {"training@small", "evaluation@small", "robustness@small", "explanation@small"} <= set(
        stages
    )
    assert "data/08_reporting/small/robustness.json" in stages["reporting"]["deps"]
    assert "data/08_reporting/model_card_small.md" in stages["reporting"]["outs"]


def test_ensembles_of_different_sizes_become_stages_of_their_own(copy):
    add_a_third_architecture(copy)
    change(
        copy / "conf/base/evaluation/parameters.yml",
        "ensemble: [mlp, cnn]", "pair: [mlp, cnn]\n  trio: [mlp, cnn, small]",
    )  # fmt: skip
    stages = expanded(written(copy))
    assert stages["ensembles-pair"]["cmd"] == "kedro stage ensembles@pair"
    small = "data/07_model_output/small/scores.parquet"
    assert small in stages["ensembles-trio"]["deps"]
    assert small not in stages["ensembles-pair"]["deps"]


def test_a_folder_of_ones_own_takes_the_place_of_the_stage_that_fetches(copy):
    change(copy / "conf/base/globals.yml", "source: phantoms", "source: folder")
    stages = expanded(written(copy))
    assert "fetch" not in stages
    assert "data/01_raw/radiographs" in stages["ingestion"]["deps"]


def test_what_the_shell_has_set_for_other_runs_is_unset_and_named(monkeypatch, caplog):
    for name in ("RADIOGRAPHS", "FILMS", "RESULTS", "KEDRO_ENV", "CNN_WEIGHTS", "KERAS_BACKEND",
                 "MLFLOW_TRACKING_URI"):  # fmt: skip
        monkeypatch.setenv(name, "elsewhere")
    with caplog.at_level(logging.WARNING):
        commands.unset_surroundings()
    assert "elsewhere" not in os.environ.values()
    assert (
        "CNN_WEIGHTS, FILMS, KEDRO_ENV, KERAS_BACKEND, MLFLOW_TRACKING_URI, RADIOGRAPHS, RESULTS. "
        "`kedro run` reads" in caplog.text
    )
    caplog.clear()
    commands.unset_surroundings()
    assert caplog.text == ""


def test_a_stage_under_an_old_dvc_yaml_runs_nothing_and_writes_it_anew(copy):
    bootstrap_project(copy)
    (copy / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="run `dvc repro` again"):
        commands.run_stage("fetch")
    assert not (copy / "data").exists()
    assert set(expanded((copy / "dvc.yaml").read_text(encoding="utf-8"))) >= {"fetch", "reporting"}


def test_a_stage_that_is_not_there_is_named_with_the_nearest(copy):
    bootstrap_project(copy)
    with pytest.raises(InputError, match=r"'training@cmn'.*training@cnn"):
        commands.run_stage("training@cmn")
