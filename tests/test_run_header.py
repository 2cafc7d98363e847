"""What a run says of itself, and of how long it may take."""

import json
import logging
from types import SimpleNamespace

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from pneumoscope import __version__
from pneumoscope.datasets.checkpoint import CheckpointDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.models.resume.checkpoint import Record
from pneumoscope.naming import Source
from pneumoscope.pipeline_registry import Selection, create_pipelines
from pneumoscope.run_header import KEPT, NEW, TIMES, HeaderHooks, header, key


def same(value):
    return value


INGESTION = Pipeline([Node(same, "radiographs", "manifest", name="scan")])
TRAINING = Pipeline(
    [Node(lambda *_: 1, ["images", "checkpoint"], "model", name="train_model")],
    namespace="cnn",
    inputs={"images"},
)
INFERENCE = Pipeline([Node(same, NEW, "predictions", name="predict")])
EXTERNAL = Pipeline(
    [Node(same, "radiographs", "scanned", name="scan_films")], namespace="external.clinic"
)


@pytest.fixture
def catalog(tmp_path):
    return DataCatalog(
        {
            "radiographs": RadiographFolderDataset(filepath=str(tmp_path / "own")),
            NEW: RadiographFolderDataset(filepath=str(tmp_path / "new")),
            "external.clinic.radiographs": RadiographFolderDataset(filepath=str(tmp_path / "far")),
            "cnn.checkpoint": CheckpointDataset(filepath=str(tmp_path / "checkpoint")),
            "images": MemoryDataset(1),
        }
    )


def parameters(source=Source.PHANTOMS):
    return {"fetch": {"source": source}, "architectures": ["mlp", "cnn"], "seed": 3}


def told(pipeline, catalog, tmp_path, source=Source.PHANTOMS, **asked):
    return header(asked, pipeline, catalog, parameters(source), tmp_path)


@pytest.mark.parametrize(
    ("source", "films"),
    [
        (Source.PHANTOMS, "phantoms, drawn by a program"),
        (Source.ARCHIVE, "the published radiographs (Kermany 2018)"),
        (Source.FOLDER, "the radiographs of {folder}/own"),
    ],
)
def test_a_header_says_what_runs_on_what(catalog, tmp_path, source, films):
    what, on_what = told(INGESTION + TRAINING, catalog, tmp_path, source, env="smoke")
    assert what == f"Pneumoscope {__version__}, environment smoke: 2 steps, models cnn"
    assert on_what == f"On {films.format(folder=tmp_path)}; results go to {tmp_path}"


def test_a_part_of_a_run_names_what_it_reads_alone(catalog, tmp_path):
    what, on_what = told(INFERENCE, catalog, tmp_path)
    assert what == f"Pneumoscope {__version__}, environment base: 1 step"
    assert on_what.startswith(f"On the new radiographs of {tmp_path}/new;")
    assert told(TRAINING, catalog, tmp_path)[1].startswith("On what earlier runs have left;")


def test_each_site_of_an_external_test_is_named_with_its_place(catalog, tmp_path):
    alone = told(EXTERNAL, catalog, tmp_path)[1]
    assert alone.startswith(f"On site clinic: {tmp_path}/far; results")
    both = told(INGESTION + EXTERNAL, catalog, tmp_path)[1]
    assert both.startswith(f"On phantoms, drawn by a program; site clinic: {tmp_path}/far; results")


def test_the_entries_that_a_header_names_are_those_of_the_pipelines():
    created = create_pipelines(Selection(Source.PHANTOMS, ("mlp",), sites=("clinic",)))
    assert NEW in created["inference"].inputs()
    assert "external.clinic.radiographs" in created["external"].inputs()


def test_it_is_not_known_how_many_outputs_are_missing(catalog, tmp_path):
    what, _ = told(INGESTION, catalog, tmp_path, only_missing_outputs=True)
    assert what.endswith(": those of 1 step whose outputs are missing")


@pytest.fixture
def hooks(tmp_path):
    hooks = HeaderHooks()
    loader = {"parameters": parameters(), "globals": {"results": "results"}}
    (tmp_path / "results").mkdir()
    hooks.after_context_created(SimpleNamespace(config_loader=loader, project_path=tmp_path))
    return hooks


def foretold(hooks, caplog, pipeline, catalog, **asked):
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="pneumoscope"):
        hooks.before_pipeline_run(asked, pipeline, catalog)
    return [line for line in caplog.messages if line.startswith("The last run like this")]


def test_the_time_of_the_same_run_before_is_told_and_no_other(hooks, catalog, caplog, monkeypatch):
    clock = iter([100.0, 170.4])
    monkeypatch.setattr("pneumoscope.run_header.monotonic", lambda: next(clock, 0.0))
    assert foretold(hooks, caplog, INGESTION, catalog) == []
    hooks.after_pipeline_run()
    assert foretold(hooks, caplog, INGESTION, catalog) == [
        "The last run like this one took 70 s on this machine"
    ]
    assert foretold(hooks, caplog, INFERENCE, catalog) == []
    assert foretold(hooks, caplog, INGESTION, catalog, only_missing_outputs=True) == []


def test_a_run_that_failed_tells_nothing_of_the_next(hooks, catalog, caplog):
    foretold(hooks, caplog, INGESTION, catalog)
    assert foretold(hooks, caplog, INGESTION, catalog) == []


def test_a_run_that_goes_on_is_neither_foretold_nor_timed(hooks, catalog, caplog, tmp_path):
    foretold(hooks, caplog, TRAINING, catalog)
    hooks.after_pipeline_run()
    assert foretold(hooks, caplog, TRAINING, catalog)
    before = (tmp_path / "results" / TIMES).read_text()
    catalog.load("cnn.checkpoint").write(Record())
    assert foretold(hooks, caplog, TRAINING, catalog) == []
    hooks.after_pipeline_run()
    assert (tmp_path / "results" / TIMES).read_text() == before


def test_other_parameters_films_or_machines_make_another_run(catalog, monkeypatch):
    first = key(INGESTION, parameters(), catalog)
    assert key(INGESTION, parameters(), catalog) == first
    assert key(INGESTION, {**parameters(), "seed": 4}, catalog) != first
    assert key(INGESTION + INFERENCE, parameters(), catalog) != first
    moved = DataCatalog({"radiographs": RadiographFolderDataset(filepath="/elsewhere")})
    assert key(INGESTION, parameters(), moved) != first
    monkeypatch.setattr("pneumoscope.run_header.platform.node", lambda: "another")
    assert key(INGESTION, parameters(), catalog) != first


@pytest.mark.parametrize("damaged", ["{", "[1]", '{"a": null}', ""])
def test_damaged_times_foretell_nothing_and_are_written_anew(
    hooks, catalog, caplog, tmp_path, damaged
):
    (tmp_path / "results" / TIMES).write_text(damaged)
    assert foretold(hooks, caplog, INGESTION, catalog) == []
    hooks.after_pipeline_run()
    assert len(json.loads((tmp_path / "results" / TIMES).read_text())) == 1


def test_the_newest_times_are_kept(hooks, catalog, caplog, tmp_path):
    old = {f"{number}": 1.0 for number in range(KEPT)}
    (tmp_path / "results" / TIMES).write_text(json.dumps(old))
    foretold(hooks, caplog, INGESTION, catalog)
    hooks.after_pipeline_run()
    kept = json.loads((tmp_path / "results" / TIMES).read_text())
    assert len(kept) == KEPT
    assert "0" not in kept
    assert hooks._key in kept
