"""What a run was run with: by dotted names, without a place of a machine."""

from types import SimpleNamespace

from example_runs import record

from pneumoscope.runs.hooks import RecordHooks
from pneumoscope.runs.record import FILE, RunRecord, flattened, read_record, write_record


def test_parameters_get_dotted_names_and_lists_stay_whole():
    parameters = {
        "cnn": {"fitting": {"epochs": 3}, "augmentation": {}},
        "size": [32, 32],
        "x": None,
    }
    assert flattened(parameters) == {
        "cnn.fitting.epochs": 3, "cnn.augmentation": {}, "size": [32, 32], "x": None,
    }  # fmt: skip


def test_in_whatever_order_files_were_merged_the_record_is_the_same():
    first, second = (
        {"x": 1, "cnn": {"units": 2, "fitting": {}}},
        {"cnn": {"fitting": {}, "units": 2}},
    )
    assert list(flattened(first).items()) == list(flattened({**second, "x": 1}).items())


def test_no_place_is_on_record():
    given = {
        "radiographs": "films", "external": {"clinic": "clinic_films", "gone": None},
        "vgg16": {"model": {"weights": "/home/someone/vgg16.h5"}}, "title": "A and/or B",
    }  # fmt: skip
    assert flattened(given) == {
        "radiographs": "<path>", "external.clinic": "<path>", "external.gone": None,
        "vgg16.model.weights": "<path>", "title": "A and/or B",
    }  # fmt: skip


def test_a_record_comes_back_and_what_is_damaged_is_none(tmp_path):
    assert read_record(tmp_path) is None
    write_record(tmp_path, record())
    assert read_record(tmp_path) == record()
    (tmp_path / FILE).write_text("{")
    assert read_record(tmp_path) is None


def hooked(tmp_path, outputs):
    hooks = RecordHooks()
    loader = {"parameters": {"seed": 7}, "globals": {"results": "results"}}
    hooks.after_context_created(SimpleNamespace(config_loader=loader, project_path=tmp_path))
    hooks.before_pipeline_run()
    hooks.after_pipeline_run({"env": "smoke"}, SimpleNamespace(all_outputs=lambda: outputs))
    return read_record(tmp_path / "results")


def test_a_run_that_evaluates_is_put_on_record_and_no_other(tmp_path):
    assert hooked(tmp_path, {"predictions"}) is None
    found = hooked(tmp_path, {"comparison"})
    assert isinstance(found, RunRecord)
    assert (found.facts.environment, found.parameters) == ("smoke", {"seed": 7})
