"""What happens around a run: the runner and the lock on the results."""

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro.runner import ParallelRunner, SequentialRunner, ThreadRunner

from pneumoscope.datasets.checkpoint import CheckpointDataset
from pneumoscope.datasets.formats import JSONDataset
from pneumoscope.errors import InputError
from pneumoscope.hooks import CheckpointHooks, LockHooks, RunnerHooks, SummaryHooks
from pneumoscope.results_lock import NAME

WRITES = Pipeline([Node(lambda: 1, None, "saved", name="write")])
READS = Pipeline([Node(lambda value: value, "saved", "shown", name="read")])


@pytest.fixture
def hooks(tmp_path: Path) -> LockHooks:
    hooks = LockHooks()
    loader = {"globals": {"results": "results"}}
    hooks.after_context_created(SimpleNamespace(config_loader=loader, project_path=tmp_path))
    return hooks


@pytest.fixture
def catalog(tmp_path: Path) -> DataCatalog:
    saved = JSONDataset(filepath=str(tmp_path / "results" / "saved.json"))
    return DataCatalog({"saved": saved, "shown": MemoryDataset()})


def holder(folder: Path) -> str:
    return (folder / "results" / NAME).read_text()


@pytest.mark.parametrize("ending", ["after_pipeline_run", "on_pipeline_error"])
def test_a_run_that_writes_holds_the_lock_until_it_ends(hooks, catalog, tmp_path, ending):
    hooks.before_pipeline_run({}, WRITES, catalog)
    assert "process" in holder(tmp_path)
    getattr(hooks, ending)()
    assert holder(tmp_path) == ""


def test_a_run_that_only_reads_takes_no_lock(hooks, catalog, tmp_path):
    hooks.before_pipeline_run({}, READS, catalog)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_beside_an_entry_is_cleared_away(hooks, catalog, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / ".unfinished.saved.json").write_text("{")
    hooks.before_pipeline_run({}, WRITES, catalog)
    assert [path.name for path in (tmp_path / "results").iterdir()] == [NAME]


def test_a_run_is_known_to_train_by_its_checkpoints(tmp_path, monkeypatch):
    monkeypatch.setattr(CheckpointHooks, "trains", False)
    checkpoint = CheckpointDataset(filepath=str(tmp_path / "cnn"))
    catalog = DataCatalog({"saved": MemoryDataset(1), "checkpoint": checkpoint})
    trains = Pipeline([Node(lambda value: value, "checkpoint", "model", name="train")])
    CheckpointHooks().before_pipeline_run(trains, catalog)
    assert CheckpointHooks.trains
    CheckpointHooks().before_pipeline_run(READS, catalog)
    assert not CheckpointHooks.trains


@pytest.mark.parametrize("runner", [ThreadRunner, ParallelRunner])
def test_a_runner_under_which_results_differ_is_refused(catalog, runner):
    # As Kedro records it: by its name or by the instance.
    for told in (runner.__name__, str(runner())):
        with pytest.raises(InputError, match=rf"processes, received {runner.__name__}\. Leave"):
            RunnerHooks().before_pipeline_run({"runner": told}, WRITES, catalog)


@pytest.mark.parametrize(
    "runner",
    ["SequentialRunner", str(SequentialRunner()), "None", None],
    ids=["name", "object", "text", "nothing"],  # An object's address differs between processes.
)
def test_the_sequential_runner_may_begin(catalog, runner):
    RunnerHooks().before_pipeline_run({"runner": runner}, WRITES, catalog)


def test_a_refused_runner_takes_no_lock():
    from pneumoscope.settings import HOOKS

    kinds = [type(hooks) for hooks in HOOKS]
    assert kinds.index(RunnerHooks) > kinds.index(LockHooks)


def test_a_run_ends_by_naming_each_export_and_nothing_else(tmp_path, caplog):
    names = ["exported_model", "bundle", "litert", "web_page", "metrics"]
    writes = Pipeline([Node(lambda: 1, None, name, name=name) for name in names], namespace="cnn")
    catalog = DataCatalog(
        {f"cnn.{name}": JSONDataset(filepath=str(tmp_path / name)) for name in names}
    )
    with caplog.at_level(logging.INFO):
        SummaryHooks().after_pipeline_run({}, writes, catalog)
        SummaryHooks().after_pipeline_run({}, WRITES, catalog)
    told = sorted(record.getMessage() for record in caplog.records)
    assert told == sorted(f"Exported: {tmp_path / name}" for name in names[:-1])
