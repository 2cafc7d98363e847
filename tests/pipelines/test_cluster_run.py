"""Runs on real clusters: processes of one machine, and a scheduler with workers by commands."""

import re
import signal
import threading
import time
from pathlib import Path

import pytest
from archives import load
from dask_commands import dask_commands
from whole_runs import copy, finish, leftovers, run, start, visible

from pneumoscope.cluster import open_cluster
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.engine import over
from pneumoscope.ingestion.scan import scan

pytestmark = pytest.mark.slow
pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

DATA = "--pipelines=fetch,ingestion,rebalancing,preprocessing"
SAME = re.compile(r"(model\.keras|training\.json|scores\.parquet|metrics\.json|comparison\.csv)$")
ALONE = {"DASK_SCHEDULER": None, "DASK_SCHEDULER_ADDRESS": None}


@pytest.fixture(scope="module")
def by_threads(tmp_path_factory) -> Path:
    """Results of a run that uses no cluster, moved away so that another can be made in its place.

    A report names the place of its results.
    """
    results = tmp_path_factory.mktemp("cluster") / "results"
    assert "On the cluster" not in finish(results, DATA, **ALONE)
    return results.rename(results.with_name("by-threads"))


def test_two_processes_give_the_bytes_that_threads_give(by_threads):
    results = by_threads.with_name("results-1")
    printed = finish(results, DATA, "--params=cluster=local:2", **ALONE)
    assert "On the cluster tcp://127.0.0.1:" in printed
    assert "2 workers, 2 threads; dashboard: http://127.0.0.1:" in printed
    assert visible(results) == visible(by_threads)


@pytest.mark.parametrize("variable", ["DASK_SCHEDULER", "DASK_SCHEDULER_ADDRESS"])
def test_workers_started_by_commands_give_the_same_bytes(by_threads, tmp_path, variable):
    results = by_threads.with_name(f"results-{variable}")
    with dask_commands(tmp_path) as started:
        printed = finish(results, DATA, **{**ALONE, variable: started.address})
    assert f"On the cluster {started.address}: 2 workers, 2 threads" in printed
    assert visible(results) == visible(by_threads)


def test_whole_namespaces_side_by_side_give_the_same_models_scores_and_metrics(tmp_path):
    results = tmp_path / "results"
    finish(results, **ALONE)
    results.rename(tmp_path / "by-threads")
    printed = finish(results, "--params=cluster=local:2", **ALONE)
    for model in ("cnn", "mlp", "ensemble"):
        assert re.search(rf"{model}: \d+ steps done on the cluster", printed)
    there, here = (
        {name: found for name, found in visible(folder).items() if SAME.search(name)}
        for folder in (results, tmp_path / "by-threads")
    )
    assert {name.split("/")[-1] for name in here} == {
        "model.keras", "training.json", "scores.parquet", "metrics.json", "comparison.csv",
    }  # fmt: skip
    assert there == here
    assert not (results / ".side_by_side").exists()


def test_a_worker_killed_in_a_training_leaves_the_same_models(by_threads, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for results in (here, there):
        copy(by_threads, results)
    finish(here, "--pipelines=training", **ALONE)
    with dask_commands(tmp_path) as started:
        surroundings = {**ALONE, "DASK_SCHEDULER": started.address}
        process = start(there, "--pipelines=training", **surroundings)
        while process.poll() is None and not list((there / "06_checkpoints").rglob("state.*")):
            time.sleep(0.1)
        assert process.poll() is None
        started.workers[0].send_signal(signal.SIGKILL)
        assert process.wait(timeout=900) == 0
    models = [
        {name: found for name, found in visible(results).items() if name.endswith("model.keras")}
        for results in (here, there)
    ]
    assert len(models[0]) == 2
    assert models[0] == models[1]


def test_a_scheduler_that_nobody_can_reach_stops_the_run_before_it_begins(tmp_path):
    code, printed = run(
        tmp_path / "results", DATA, **{**ALONE, "DASK_SCHEDULER": "tcp://127.0.0.1:9"}
    )
    assert code == 1
    assert printed.splitlines()[-3] == "Expected: the scheduler of a cluster that answers"
    assert "Traceback" not in printed
    assert not (tmp_path / "results").exists()


def test_a_killed_worker_loses_no_film_and_doubles_none(
    tmp_path, encode, gradient, ingestion_options
):
    folder, film = tmp_path / "films", encode(gradient)
    folder.mkdir()
    for number in range(3_000):
        (folder / f"{number:05d}.jpeg").write_bytes(film + number.to_bytes(4, "big"))
    here = DecodedRadiographsDataset(str(tmp_path / "here"))
    here.save(scan(load(str(folder)), ingestion_options, measured=True))
    there = DecodedRadiographsDataset(str(tmp_path / "there"))
    with dask_commands(tmp_path) as started:
        cluster = open_cluster(started.address)
        seen: list[int] = []

        def kill() -> None:
            while not (seen and seen[-1]):
                seen.append(len(list(tmp_path.glob(".unfinished.there/pixels-*.bin"))))
                time.sleep(0.005)
            started.workers[0].send_signal(signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        with over(cluster):
            there.save(scan(load(str(folder)), ingestion_options, measured=True))
        killer.join()
        assert cluster.describe().startswith(f"On the cluster {started.address}: 1 worker,")
        cluster.close()
    parts = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert 0 < seen[-1] < len(parts) - 1
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == parts
    for name in parts:
        one, other = (tmp_path / at / name for at in ("here", "there"))
        assert one.read_bytes() == other.read_bytes()
    assert leftovers(tmp_path) == []
