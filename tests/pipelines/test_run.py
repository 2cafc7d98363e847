"""Whole runs of `conf/smoke`, in folders of their own."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pneumoscope import NOTICE
from pneumoscope.graph import BEGIN, END

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
        "08_reporting/ingestion_audit.json",
        "08_reporting/cnn/history.csv", "08_reporting/cnn/metrics.json",
        "08_reporting/comparison.csv", "08_reporting/figures/roc.png",
        "08_reporting/report.html", "08_reporting/significance.csv",
    ]  # fmt: skip
    assert [path for path in expected if not (smoke / path).exists()] == []
    assert list((smoke / "06_models/cnn/model.keras").glob("*/model.keras"))


def test_scores_and_comparison_have_the_columns_of_the_contract(smoke):
    scores = pd.read_parquet(smoke / "07_model_output/mlp/scores.parquet")
    assert list(scores) == ["radiograph_id", "patient_id", "label", "subtype", "split", "score"]
    assert scores["score"].between(0, 1).all()
    comparison = pd.read_csv(smoke / "08_reporting/comparison.csv")
    assert list(comparison["architecture"].unique()) == ["mlp", "cnn"]
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
    assert {"mlp", "cnn"} == set(log["architecture"])
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


def test_a_run_can_be_taken_up_at_any_pipeline(smoke):
    run = kedro("run", "--env", "smoke", "--pipelines=evaluation,reporting", results=smoke)
    assert run.returncode == 0, run.stderr[-3000:]


def test_the_results_are_printed_with_the_report_to_open(smoke):
    printed = kedro("results", "--env", "smoke", results=smoke)
    assert printed.returncode == 0, printed.stderr[-3000:]
    assert "phantoms, not patients" in printed.stdout
    assert f"Open the report: {smoke}/08_reporting/report.html" in printed.stdout


def test_the_results_name_what_a_protocol_flatters(smoke, tmp_path):
    results = tmp_path / "flawed"
    shutil.copytree(smoke / "08_reporting", results / "08_reporting")
    audit = results / "08_reporting/split_audit.json"
    flaw = "Validation is the test part, so the figures are too good."
    audit.write_text(json.dumps({**json.loads(audit.read_text()), "flaws": [flaw]}))
    assert flaw in kedro("results", "--env", "smoke", results=results).stdout
    assert flaw not in kedro("results", "--env", "smoke", results=smoke).stdout


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


def test_the_graph_is_drawn_between_the_markers_of_a_file(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\n{END}\nafter\n")
    drawn = kedro("graph", "--into", str(page), results=tmp_path)
    assert drawn.returncode == 0, drawn.stderr[-3000:]
    assert 'ingestion -- "manifest" --> rebalancing' in page.read_text()


def test_a_misspelt_parameter_stops_a_run_before_anything_is_read(tmp_path):
    run = kedro("run", "--env", "smoke", "--params", "ingestion.bach_size=3", results=tmp_path)
    assert run.returncode != 0
    assert "bach_size" in run.stderr
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_stops_a_run_with_one_message(tmp_path):
    run = kedro("run", "--env", "smoke", results=tmp_path, RADIOGRAPHS=str(tmp_path / "nowhere"))
    assert run.returncode != 0
    assert "Set RADIOGRAPHS=<folder>" in run.stderr.replace("\n", " ")


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
