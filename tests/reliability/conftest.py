"""One whole run that the tests of this folder begin with."""

import shutil
from pathlib import Path

import pytest
from whole_runs import finish


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of every pipeline, made at a place beside them: a report names its place."""
    results = tmp_path_factory.mktemp("run") / "results"
    finish(results)
    finish(results, "--pipelines=inference")
    return results.rename(results.with_name("reference"))


@pytest.fixture
def results(reference: Path) -> Path:
    """A place for other results, empty."""
    results = reference.with_name("results")
    shutil.rmtree(results, ignore_errors=True)
    return results
