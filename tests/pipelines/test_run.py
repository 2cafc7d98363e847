"""Whole runs of `conf/smoke`, in folders of their own."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from whole_runs import here

from pneumoscope import NOTICE, cli
from pneumoscope.errors import InputError
from pneumoscope.graph import BEGIN, END
from pneumoscope.report.crosswalk import read_guidelines

PROJECT = Path(__file__).parents[2]
KEDRO = str(Path(sys.executable).with_name("kedro"))


def kedro(*arguments, results, **environment):
    return subprocess.run(
        [KEDRO, *arguments],
        cwd=PROJECT,
        env={**os.environ, "RESULTS": str(results), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    results = tmp_path_factory.mktemp("smoke")
    run = kedro("run", "--env", "smoke", results=results)
    assert run.returncode == 0, run.stderr[-3000:]
    return results


def test_a_run_keeps_the_contract_of_files(smoke):
    expected = [
        "02_intermediate/manifest.parquet", "02_intermediate/quarantine.csv",
        "03_primary/splits.parquet", "05_model_input/train_images/shard-00000.npy",
        "07_model_output/cnn/scores.parquet", "07_model_output/cnn/scored_by.json",
        "07_model_output/cnn/reference.json", "07_model_output/ensemble/false_alarms.json",
        "08_reporting/ensemble/detection.json",
        "08_reporting/ingestion_audit.json",
        "08_reporting/cnn/history.csv", "08_reporting/cnn/metrics.json",
        "08_reporting/comparison.csv", "08_reporting/figures/roc.png",
        "08_reporting/report.html", "08_reporting/run.json", "08_reporting/significance.csv",
        "08_reporting/slides.pdf", "08_reporting/model_card_cnn.md",
    ]  # fmt: skip
    assert [path for path in expected if not (smoke / path).exists()] == []
    for name in ("model.keras", "training.json", "model.json"):
        assert list((smoke / "06_models/cnn" / name).glob(f"*/{name}")), name


def test_scores_and_comparison_have_the_columns_of_the_contract(smoke):
    scores = pd.read_parquet(smoke / "07_model_output/mlp/scores.parquet")
    assert list(scores) == [
        "radiograph_id", "patient_id", "source", "label", "subtype", "split", "score",
    ]  # fmt: skip
    assert scores["score"].between(0, 1).all()
    comparison = pd.read_csv(smoke / "08_reporting/comparison.csv")
    assert list(comparison["architecture"].unique()) == ["mlp", "cnn", "ensemble"]
    assert {"auroc", "auroc_low", "auroc_high", "threshold", "ece"} <= set(comparison)


def test_the_metrics_are_those_of_the_saved_scores(smoke):
    measured = json.loads((smoke / "08_reporting/mlp/metrics.json").read_text())
    scores = pd.read_parquet(smoke / "07_model_output/mlp/scores.parquet")
    test = scores[scores["split"] == "test"]
    predicted = test["score"] >= measured["operating_point"]["threshold"]
    right = (predicted == (test["label"] == "PNEUMONIA")).mean()
    assert measured["splits"]["test"]["metrics"]["accuracy"]["value"] == pytest.approx(right)


def test_every_evaluation_on_test_is_on_record(smoke):
    log = pd.read_csv(smoke / "08_reporting/test_access_log.csv")
    assert {"mlp", "cnn", "ensemble"} == set(log["architecture"])
    measured = json.loads((smoke / "08_reporting/mlp/metrics.json").read_text())
    last = log[log["architecture"] == "mlp"].iloc[-1]
    assert last["model"] == measured["model"]["fingerprint"]
    assert last["threshold"] == pytest.approx(measured["operating_point"]["threshold"])
    assert last["n"] == measured["splits"]["test"]["n"]


def test_the_report_names_the_phantoms_and_forbids_diagnosis(smoke):
    page = (smoke / "08_reporting/report.html").read_text()
    assert NOTICE in page
    assert "phantoms" in page
    assert 'src="http' not in page


def test_a_model_card_names_no_option_that_was_left_open(smoke):
    card = (smoke / "08_reporting/model_card_cnn.md").read_text()
    rows = [line for line in card.splitlines() if line.startswith(("| options |", "| fitting |"))]
    assert "filters [4, 8]" in rows[0]
    assert [row for row in rows if "None" in row] == []


def test_every_place_that_the_crosswalk_names_is_there(smoke):
    page = (smoke / "08_reporting/report.html").read_text()
    card = (smoke / "08_reporting/model_card_cnn.md").read_text()
    missing = [
        (guideline.name, item.item, place)
        for guideline in read_guidelines()
        for item in guideline.items
        for place in item.where
        if not (
            (place.startswith("#") and f'<section id="{place[1:]}">' in page)
            or (place.startswith("model card: ") and f"\n## {place[12:]}\n" in card)
            or (place == "slides" and (smoke / "08_reporting/slides.pdf").is_file())
            or (PROJECT / place).is_file()
        )
    ]
    assert missing == []


@pytest.fixture(scope="module")
def films(smoke, tmp_path_factory):
    """The radiographs of the test part as new ones, and one that is cut short."""
    films = tmp_path_factory.mktemp("new") / "new films"
    shutil.copytree(smoke / "01_raw/phantoms/test", films)
    (films / "cut short.jpeg").write_bytes(next(films.rglob("*.jpeg")).read_bytes()[:100])
    return films


@pytest.fixture(scope="module")
def taken_up(smoke, films):
    """What a run says that goes on from the evaluation of another, to predictions of new films."""
    return here(
        cli.run, "--env=smoke", "--pipelines=evaluation,inference",
        f"--params=inference.model=ensemble,films={films}", results=smoke,
    )  # fmt: skip


def test_a_run_can_be_taken_up_at_a_pipeline(taken_up):
    # That it can be at any other, tests/test_pipeline_registry.py sees in the catalog.
    assert "Pipeline execution completed successfully" in taken_up


def test_films_of_the_test_part_get_the_scores_of_the_evaluation_again(smoke, films, taken_up):
    assert NOTICE in taken_up
    found = pd.read_csv(smoke / "07_model_output/predictions.csv")
    assert len(found) == sum(file.is_file() for file in films.rglob("*"))
    assert found.loc[found["path"] == "cut short.jpeg", "reason"].str.contains("damaged").all()
    page = (smoke / "07_model_output/predictions.html").read_text()
    assert page.count("<article") == (found["reason"].isna()).sum()
    assert "cut short.jpeg" in page
    assert found["out_of_distribution"].notna().sum() == found["score"].notna().sum()
    scores = pd.read_parquet(smoke / "07_model_output/ensemble/scores.parquet")
    radiographs = pd.read_parquet(smoke / "02_intermediate/manifest.parquet")
    evaluated = scores.merge(radiographs[["radiograph_id", "path"]], on="radiograph_id")
    again = found.assign(path="test/" + found["path"]).merge(evaluated, on="path")
    assert len(again) == (scores["split"] == "test").sum()
    assert again["score_x"].tolist() == pytest.approx(again["score_y"].tolist(), abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["cnn", "ensemble"])
def test_an_exported_model_predicts_the_test_part_as_the_pipeline_does(smoke, tmp_path, model):
    pytest.importorskip("tf2onnx", reason="needs the extra `export`")
    export = kedro("export", "--env", "smoke", "--model", model, results=smoke)
    assert export.returncode == 0, export.stderr[-3000:]
    folder = smoke / "06_models" / model / "exchange"
    assert (folder / "bundle/example.py").is_file()
    told = json.loads((folder / "contract.json").read_text())["export"]
    assert told["synthetic"]
    assert told["parity"]["core"] <= 1e-5
    films, table = smoke / "01_raw/phantoms/test", tmp_path / "predictions.csv"
    asked = f"films={films},predictions={table},inference.model={model}"
    run = kedro("run", "--env", "smoke", "--pipelines=inference", f"--params={asked}",
                results=smoke)  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    code = [sys.executable, "-m", "pneumoscope", "predict", str(films), "--json"]
    done = subprocess.run(
        [*code, "--model", str(folder / "model.onnx")], capture_output=True, text=True, check=True
    )
    found = pd.DataFrame(map(json.loads, done.stdout.splitlines()))
    expected = pd.read_csv(table)
    assert len(found) == len(expected) > 10
    assert (found["path"] == [f"{films}/{path}" for path in expected["path"]]).all()
    assert (found["score"] - expected["score"]).abs().max() <= 5e-3
    for column in ("sha256", "prediction", "threshold", "zone_low", "notice", "fingerprint"):
        assert found[column].tolist() == expected[column].tolist(), column


def test_a_model_that_is_not_there_cannot_predict(tmp_path):
    asked = ("--env=smoke", "--pipelines=inference", "--params=inference.model=vgg")
    with pytest.raises(
        InputError, match=r"a model of the comparison for 'vgg' in `inference\.model`"
    ):
        here(cli.run, *asked, results=tmp_path)


@pytest.fixture(scope="module")
def printed(smoke):
    return here(cli.results, "--env=smoke", results=smoke)


def test_the_results_are_printed_with_the_report_to_open(smoke, printed):
    assert "SYNTHETIC: phantoms" in printed
    assert f"Open the report: {smoke}/08_reporting/report.html" in printed


@pytest.mark.slow
def test_two_runs_stand_side_by_side_with_what_differs(smoke, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(smoke, results)
    parts = "--pipelines=training,evaluation"
    changed = "--params=cnn.fitting.learning_rate=0.003"
    assert kedro("run", "--env", "smoke", parts, changed, results=results).returncode == 0
    command = ["results", "--env", "smoke", "--compare", str(smoke), str(results)]
    printed = kedro(*command, results=results).stdout
    assert "Runs 1 and 2 share 21 test films: paired by patient." in printed
    assert "mlp has the same weights and the same threshold in both." in printed
    assert re.search(r"cnn\.fitting\.learning_rate +0\.001 +0\.003", printed)
    plain = json.loads(kedro(*command, "--json", results=results).stdout)
    assert list(plain["parameters_that_differ"]) == ["cnn.fitting.learning_rate"]


def test_the_results_name_the_bias_of_a_protocol(smoke, printed, tmp_path):
    results = tmp_path / "flawed"
    for folder in ("06_models", "08_reporting"):
        shutil.copytree(smoke / folder, results / folder)
    audit = results / "08_reporting/split_audit.json"
    flaw = "Validation is the test part, so the figures are too good."
    audit.write_text(json.dumps({**json.loads(audit.read_text()), "flaws": [flaw]}))
    assert flaw in here(cli.results, "--env=smoke", results=results)
    assert flaw not in printed


@pytest.mark.slow
def test_a_published_mistake_is_flagged_in_every_output(tmp_path):
    policy = "split.policy=test_as_validation"
    run = kedro("run", "--env", "smoke", "--params", policy, results=tmp_path)
    assert run.returncode == 0, run.stderr[-3000:]
    flaw = "Validation is the test part"
    reporting = tmp_path / "08_reporting"
    outputs = ["split_audit.json", "comparison.csv", "report.html", "mlp/metrics.json"]
    assert [name for name in outputs if flaw not in (reporting / name).read_text()] == []
    assert flaw in run.stderr


@pytest.mark.slow
def test_an_older_model_is_evaluated_by_its_version(smoke, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(smoke, results)
    (version,) = (folder.name for folder in (results / "06_models/cnn/model.keras").iterdir())
    model, record = f"model_cnn:{version}", f"cnn.training_record:{version}"
    found = []
    for arguments in (
        ["--pipelines=training,evaluation", "--params=cnn.fitting.seed=99"],
        ["--pipelines=evaluation", f"--load-versions={model}"],
        ["--pipelines=evaluation", f"--load-versions={model},{record}"],
    ):
        run = kedro("run", "--env", "smoke", "--namespaces=cnn", *arguments, results=results)
        assert run.returncode == 0, run.stderr[-3000:]
        newest = max((results / "06_models/cnn/model.json").iterdir()) / "model.json"
        contract = json.loads(newest.read_text())
        origin = contract["training"] and contract["training"]["seed"]
        found.append((contract["fingerprint"], origin))
    first = json.loads((smoke / "08_reporting/cnn/metrics.json").read_text())["model"]
    assert found[0][0] != first["fingerprint"]
    assert [origin for _, origin in found] == [99, None, 7]
    assert [fingerprint for fingerprint, _ in found[1:]] == [first["fingerprint"]] * 2
    pd.testing.assert_frame_equal(
        *(pd.read_parquet(run / "07_model_output/cnn/scores.parquet") for run in (smoke, results))
    )


def test_the_graph_is_drawn_between_the_markers_of_a_file(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\n{END}\nafter\n")
    assert f"Drew the graph into {page}" in here(cli.graph, f"--into={page}", results=tmp_path)
    assert 'ingestion -- "manifest<br>similar_radiographs" --> rebalancing' in page.read_text()


def test_a_misspelt_parameter_stops_a_run_before_anything_is_read(tmp_path):
    # How the command itself ends then, tests/test_cli.py sees.
    with pytest.raises(InputError, match="bach_size"):
        here(cli.run, "--env=smoke", "--params=ingestion.bach_size=3", results=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_stops_a_run_with_one_message(tmp_path):
    with pytest.raises(InputError, match="Set RADIOGRAPHS=<folder>"):
        here(cli.run, "--env=smoke", results=tmp_path, RADIOGRAPHS=str(tmp_path / "nowhere"))


@pytest.mark.slow
def test_two_runs_save_models_of_equal_bytes(smoke, tmp_path):
    again = kedro("run", "--env", "smoke", results=tmp_path)
    assert again.returncode == 0, again.stderr[-3000:]

    def digests(results):
        return {
            file.parents[2].name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in results.glob("06_models/*/model.keras/*/model.keras")
        }

    assert digests(tmp_path) == digests(smoke)
    assert set(digests(smoke)) == {"mlp", "cnn"}
