"""A small model that was exported, the results of its run, and the service of it."""

import json
import shutil
from dataclasses import replace

import pytest
from example_exports import evaluated, exported, folder_of_films, small
from pydantic import TypeAdapter

from pneumoscope.evaluation.lock import Lock, lock_as_record
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Metric

__all__ = ["evaluated", "exported", "folder_of_films", "small"]


def pytest_collection_modifyitems(items):
    """Say which extra is missing, once for all of the folder."""
    try:
        import fastapi  # noqa: F401
        import onnxruntime  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        skip = pytest.mark.skip(reason=f"needs the extra `serve`: {error}")
        for item in items:
            if "tests/serving/" in item.nodeid:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def results(exported, tmp_path_factory):
    """Results of a run as far as they are served: an export, its metrics and its lock."""
    films, bundle = exported
    folder = tmp_path_factory.mktemp("results")
    export, reporting = folder / "06_models/cnn/exchange", folder / "08_reporting/cnn"
    export.mkdir(parents=True)
    reporting.mkdir(parents=True)
    shutil.copy(bundle / "model.onnx", export)
    metrics, threshold = films.metrics, films.metrics.operating_point.threshold
    rules = {
        name: replace(found, threshold=threshold)
        for name, found in metrics.operating_points.items()
    }
    metrics = replace(metrics, operating_points=rules)
    plain = TypeAdapter(ModelMetrics).dump_python(metrics, mode="json")
    (reporting / "metrics.json").write_text(json.dumps(plain))
    lock = Lock(films.fingerprint, "s" * 64, {}, Metric.AUROC, metrics.operating_point)
    (folder / "locks.json").write_text(json.dumps(lock_as_record(lock)))
    return folder


@pytest.fixture(scope="session")
def predictor(results):
    """The model of these results, in onnxruntime."""
    from pneumoscope.inference.finished_run import FinishedRun

    return FinishedRun(results).predictor()


@pytest.fixture(scope="session")
def facts(predictor, results):
    """What is known of it."""
    from pneumoscope.serving.facts import model_facts

    return model_facts(predictor, results)


@pytest.fixture(scope="session")
def films(folder_of_films):
    """Film to its bytes."""
    return {file.name: file.read_bytes() for file in sorted(folder_of_films.iterdir())}


@pytest.fixture(scope="session")
def served(predictor, facts, tmp_path_factory):
    """A service of it, with the bounds that it has of its own."""
    from served import running

    with running(predictor, tmp_path_factory.mktemp("served"), facts) as found:
        yield found
