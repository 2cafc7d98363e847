"""Whole runs sent to a real MLflow server, one that leaves, and one that is not there.

The server is started by `mlflow server`: see tests/support/tracking_server.py for where from.
"""

import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from tracking_server import server_command, tracking_server
from whole_runs import copy, finish, run, start, stop, visible

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        server_command() is None,
        reason="no mlflow server: uv tool install mlflow, or MLFLOW=<command>",
    ),
]
pytest.importorskip("mlflow", reason="the extra `tracking` is not installed")

QUICK = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with tracking_server(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="module")
def tracked(tmp_path_factory, server):
    """The results of a whole run that was tracked, and what it printed."""
    results = tmp_path_factory.mktemp("tracked") / "results"
    uri = server.uri.replace("http://", "http://someone:secret@")
    return results, finish(results, **QUICK, MLFLOW_TRACKING_URI=uri)


def runs(server, experiment="pneumoscope"):
    """Return the client, the newest parent run, and its children by name."""
    from mlflow import MlflowClient

    client = MlflowClient(server.uri)
    known = client.get_experiment_by_name(experiment)
    found = client.search_runs([known.experiment_id])  # the newest first
    parent = next(one for one in found if "mlflow.parentRunId" not in one.data.tags)
    of_it = [r for r in found if r.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    return client, parent, {one.info.run_name: one for one in of_it}


def test_a_whole_run_is_a_parent_with_a_child_a_model(tracked, server, tmp_path):
    results, printed = tracked
    client, parent, children = runs(server)
    assert f"Tracked at {server.uri}: " in printed
    assert f"Tracked: {server.uri}/#/experiments/" in printed
    assert "secret" not in printed
    assert set(children) == {"mlp", "cnn", "ensemble"}
    assert {one.info.status for one in (parent, *children.values())} == {"FINISHED"}
    assert parent.data.params["cnn.fitting.epochs"] == "2"
    assert parent.data.tags["environment"] == "smoke"
    report = client.download_artifacts(parent.info.run_id, "report.html", str(tmp_path))
    assert Path(report).read_bytes() == (results / "08_reporting/report.html").read_bytes()
    (contract,) = results.glob("06_models/cnn/model.json/*/model.json")
    sent = client.download_artifacts(children["cnn"].info.run_id, "model.json", str(tmp_path))
    assert Path(sent).read_bytes() == contract.read_bytes()


def test_figures_on_the_server_are_those_of_the_table_with_both_ends(tracked, server):
    results, _ = tracked
    _, _, children = runs(server)
    table = pd.read_csv(results / "08_reporting/comparison.csv")
    rows = table[table["split"] == "test"].set_index("architecture")
    for name, child in children.items():
        for column in ("auroc", "auroc_low", "auroc_high", "sensitivity", "brier"):
            assert child.data.metrics[f"test/{column}"] == pytest.approx(rows.loc[name, column])
        assert "phantoms drawn by a program" in child.data.tags["mlflow.note.content"]


def test_curves_on_the_server_are_the_history(tracked, server):
    results, _ = tracked
    client, _, children = runs(server)
    history = pd.read_csv(results / "08_reporting/cnn/history.csv")
    loss = client.get_metric_history(children["cnn"].info.run_id, "epoch/validation_loss")
    assert [one.step for one in loss] == list(history["epoch"])
    assert [one.value for one in loss] == pytest.approx(list(history["validation_loss"]))
    assert not [key for key in children["ensemble"].data.metrics if key.startswith("epoch/")]


def test_a_server_that_leaves_in_the_middle_costs_the_run_nothing(tracked, tmp_path):
    reference, _ = tracked
    (tmp_path / "server").mkdir()
    with tracking_server(tmp_path / "server") as leaving:
        results = tmp_path / "results"
        process = start(results, **QUICK, MLFLOW_TRACKING_URI=leaving.uri)
        _until(process, "Tracked at")
        leaving.stop()
        assert process.wait(timeout=900) == 0
    printed = process.log.read_text()
    assert "did not take" in printed
    assert "Not tracked: " in printed
    assert set(visible(results)) == set(visible(reference))


def test_a_server_that_is_not_there_is_told_before_anything_is_done(tmp_path):
    results = tmp_path / "results"
    code, printed = run(results, **QUICK, MLFLOW_TRACKING_URI="http://127.0.0.1:9")
    assert code != 0
    assert "Expected: an MLflow server that takes runs at http://127.0.0.1:9" in printed
    assert "Traceback" not in printed
    assert not results.exists()


def test_a_run_that_is_stopped_ends_as_killed(tracked, server, tmp_path):
    reference, _ = tracked
    results = tmp_path / "results"
    copy(reference, results)
    surroundings = {**QUICK, "MLFLOW_TRACKING_URI": server.uri, "MLFLOW_EXPERIMENT_NAME": "stopped"}
    process = start(results, "--pipelines=training", **surroundings)
    _until(process, "Tracked at")
    assert stop(process, signal.SIGINT)
    assert runs(server, "stopped")[1].info.status == "KILLED"


def _until(process, printed):
    while process.poll() is None and printed not in process.log.read_text():
        time.sleep(0.1)
