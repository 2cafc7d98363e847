"""The notebook, executed on a run of `conf/smoke`, as a reader would after a run of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
NOTEBOOK = PROJECT / "notebooks/analysis.ipynb"


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    results = tmp_path_factory.mktemp("smoke")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("kedro")), "run", "--env", "smoke"],
        cwd=PROJECT,
        env={**os.environ, "RESULTS": str(results)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return results


def executed(results, first=""):
    """Run the notebook on these results, with `first` added to its parameters."""
    nbformat = pytest.importorskip("nbformat", reason="needs the extra `notebook`")
    client = pytest.importorskip("nbclient", reason="needs the extra `notebook`")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    parameters = next(cell for cell in notebook.cells if cell.cell_type == "code")
    parameters.source += f"\n{first}"
    environment = {**os.environ, "RESULTS": str(results), "KEDRO_ENV": "smoke"}
    place = {"metadata": {"path": str(NOTEBOOK.parent)}}
    client.NotebookClient(notebook, timeout=300, resources=place).execute(env=environment)
    return notebook


def printed(notebook):
    return "".join(
        output.get("text", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
    )


def drawn(notebook):
    return [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def test_the_notebook_is_stored_without_outputs_and_names_no_machine():
    stored = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]] == []
    text = "".join("".join(cell["source"]) for cell in stored["cells"])
    assert re.findall(r"(?:^|[\s\"'(=])(?:/(?!/)\w+/|~/|[A-Z]:\\)", text) == []


@pytest.mark.slow
def test_the_notebook_walks_through_a_finished_run(smoke):
    notebook = executed(smoke)
    told = printed(notebook)
    assert "SYNTHETIC: phantoms, not patients." in told
    assert "patients: 60, in more than one split: 0" in told
    assert "Looked at closely: cnn." in told
    assert "Traceback" not in told
    assert len(drawn(notebook)) >= 12


@pytest.mark.slow
def test_a_model_can_be_named_and_an_ensemble_is_explained_by_a_member(smoke):
    told = printed(executed(smoke, 'MODEL = "ensemble"'))
    assert "Looked at closely: ensemble. Explained and altered: cnn." in told


@pytest.mark.slow
def test_results_without_a_run_are_named_as_such(tmp_path):
    failure = pytest.importorskip("nbclient.exceptions").CellExecutionError
    with pytest.raises(failure, match="expected a finished run"):
        executed(tmp_path)
