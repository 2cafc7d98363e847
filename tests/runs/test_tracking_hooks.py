"""Runs sent to a store of MLflow's own: what is there, and that no failure reaches the run."""

import logging
from types import SimpleNamespace

import pandas as pd
import pytest
from example_metrics import model_metrics
from example_runs import contract
from kedro.io import DataCatalog

from pneumoscope.datasets.formats import CSVDataset, TextDataset
from pneumoscope.datasets.record import RecordDataset
from pneumoscope.errors import InputError
from pneumoscope.runs.tracking import shown, why
from pneumoscope.runs.tracking_hooks import TrackingHooks

PARAMETERS = {"seed": 7, "cnn": {"fitting": {"epochs": 2}}, "radiographs": "/somewhere/films"}
ENTRIES = {"cnn.history", "cnn.metrics", "cnn.contract", "report", "comparison"}
HISTORY = pd.DataFrame({"epoch": [1, 2], "phase": "training", "loss": [0.7, 0.5], "kept": [0, 1]})


def test_nothing_is_loaded_or_asked_where_no_server_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    run = Run(tmp_path)
    run.begin()
    run.save()
    run.hooks.after_pipeline_run()
    assert run.hooks._session is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("http://me:secret@host:5000/x failed", "http://host:5000/x failed"),
        ("http://host:5000", "http://host:5000"),
        ("mail me@host", "mail me@host"),
    ],
)
def test_no_password_is_shown(given, expected):
    assert shown(given) == expected


def test_what_went_wrong_is_one_line_without_the_password():
    error = ValueError("call of me:secret@host failed\n  with 500")
    assert why(error, "http://me:secret@host") == "call of host failed with 500"
    assert why(ValueError(), "http://host") == "ValueError"


class Run:
    """A run of one model, as Kedro tells its hooks of it."""

    def __init__(self, folder, entries=ENTRIES):
        self.hooks, self._entries = TrackingHooks(), entries
        loader = {"parameters": PARAMETERS}
        context = SimpleNamespace(config_loader=loader, project_path=folder)
        self.hooks.after_context_created(context)
        files = {
            "cnn.history": CSVDataset(
                filepath=str(folder / "history.csv"), save_args={"index": False}
            ),
            "cnn.metrics": RecordDataset(
                str(folder / "metrics.json"), "pneumoscope.evaluation.records.ModelMetrics"
            ),
            "cnn.contract": RecordDataset(
                str(folder / "contract.json"), "pneumoscope.models.records.ModelContract"
            ),
            "report": TextDataset(filepath=str(folder / "report.html")),
        }
        self.catalog = DataCatalog(files)
        self.data = {
            "cnn.history": HISTORY.astype({"kept": bool}), "cnn.metrics": model_metrics(),
            "cnn.contract": contract("cnn", "f" * 64), "report": "<p>",
        }  # fmt: skip

    def begin(self):
        pipeline = SimpleNamespace(all_outputs=lambda: self._entries)
        self.hooks.before_pipeline_run(
            run_params={"env": "smoke", "pipeline_names": None}, pipeline=pipeline,
            catalog=self.catalog,
        )  # fmt: skip

    def save(self, tell=True):
        """Save all, as nodes here do, or as those of a cluster: without a word to the hooks."""
        for name, data in self.data.items():
            self.catalog.save(name, data)
            if tell:
                self.hooks.after_dataset_saved(name, data)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """MLflow's store of files, which its client has without a server."""
    pytest.importorskip("mlflow", reason="the extra `tracking` is not installed")
    uri = (tmp_path / "store").as_uri()
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
    return uri


def stored(uri, experiment="pneumoscope"):
    """Return the client, the parent run and its children by name."""
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    identity = client.get_experiment_by_name(experiment).experiment_id
    runs = client.search_runs([identity])
    (parent,) = (run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    children = {run.info.run_name: run for run in runs if run is not parent}
    assert {c.data.tags["mlflow.parentRunId"] for c in children.values()} <= {parent.info.run_id}
    return client, parent, children


@pytest.mark.parametrize("tell", [True, False])
def test_a_session_is_a_parent_and_a_model_a_child(tmp_path, store, tell):
    run = Run(tmp_path)
    run.begin()
    run.save(tell)
    run.hooks.after_pipeline_run()
    client, parent, children = stored(store)
    assert list(children) == ["cnn"]
    cnn = children["cnn"]
    assert {parent.info.status, cnn.info.status} == {"FINISHED"}
    assert parent.info.run_name == "smoke"
    assert parent.data.params == {
        "seed": "7", "cnn.fitting.epochs": "2", "radiographs": "<path>",
    }  # fmt: skip
    assert parent.data.tags["environment"] == "smoke"
    assert "version of kedro" in parent.data.tags
    assert cnn.data.params == {"seed": "7", "cnn.fitting.epochs": "2"}
    assert cnn.data.metrics["test/auroc_low"] == 0.5
    loss = client.get_metric_history(cnn.info.run_id, "epoch/loss")
    assert [(one.step, one.value) for one in loss] == [(1, 0.7), (2, 0.5)]
    assert cnn.data.tags["kept epoch"] == "2"
    assert names(client, parent) == {"report.html", "run.json"}
    assert names(client, cnn) == {"contract.json"}


def names(client, run):
    return {artifact.path for artifact in client.list_artifacts(run.info.run_id)}


def test_the_experiment_is_the_one_that_is_named(tmp_path, store, monkeypatch):
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "second reading")
    Run(tmp_path).begin()
    assert stored(store, "second reading")[1].info.status == "RUNNING"


@pytest.mark.usefixtures("store")
def test_a_run_that_makes_nothing_of_it_is_not_tracked(tmp_path):
    run = Run(tmp_path, {"predictions", "learning_curve.cnn.result"})
    run.begin()
    assert run.hooks._session is None


def test_a_run_that_fails_or_is_stopped_ends_as_that(tmp_path, store):
    run = Run(tmp_path)
    run.begin()
    run.hooks.on_pipeline_error()
    assert stored(store)[1].info.status == "FAILED"
    run.hooks._close("KILLED")  # as the interpreter does when it ends: there is nothing left
    assert stored(store)[1].info.status == "FAILED"


def test_a_run_that_another_hook_refused_ends_with_the_next(tmp_path, store):
    run = Run(tmp_path)
    run.begin()
    first = run.hooks._session._parent
    run.begin()
    from mlflow import MlflowClient

    assert MlflowClient(store).get_run(first).info.status == "KILLED"


def test_a_server_that_is_not_there_refuses_the_run_before_it_begins(tmp_path, monkeypatch):
    pytest.importorskip("mlflow", reason="the extra `tracking` is not installed")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")  # nobody listens
    with pytest.raises(InputError, match=r"takes runs at http://127\.0\.0\.1:9") as refused:
        Run(tmp_path).begin()
    assert "secret" not in str(refused.value)
    assert "unset MLFLOW_TRACKING_URI" in refused.value.remedy


def test_a_server_that_fails_for_a_while_gets_what_it_missed_at_the_end(
    tmp_path, store, caplog, monkeypatch
):
    run = Run(tmp_path)
    run.begin()
    asked = []

    def fail(*_arguments, **_named):
        asked.append(1)
        raise ConnectionError("gone")

    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING):
        broken.setattr(run.hooks._session._client, "log_batch", fail)
        run.save()
    assert len(asked) == 1
    (line,) = (one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING)
    assert "did not take cnn.history (gone); the run goes on" in line
    caplog.clear()
    run.hooks.after_pipeline_run()
    client, _, children = stored(store)
    assert names(client, children["cnn"]) == {"contract.json"}
    assert children["cnn"].data.params["cnn.fitting.epochs"] == "2"
    assert len(client.get_metric_history(children["cnn"].info.run_id, "epoch/loss")) == 2
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


@pytest.mark.usefixtures("store")
def test_a_server_that_stays_away_is_told_and_the_run_ends_well(tmp_path, caplog, monkeypatch):
    run = Run(tmp_path)
    run.begin()

    def fail(*_arguments, **_named):
        raise ConnectionError("gone")

    for call in ("log_batch", "log_artifact", "set_terminated"):
        monkeypatch.setattr(run.hooks._session._client, call, fail)
    with caplog.at_level(logging.WARNING):
        run.save()
        run.hooks.after_pipeline_run()
    told = "Not tracked: cnn.contract, cnn.history, cnn.metrics, report; all of it is among the"
    assert any(told in line for line in caplog.messages)
    assert any("The run stays open at" in line for line in caplog.messages)
    assert (tmp_path / "report.html").read_text() == "<p>"
