"""The notebook, executed on a run of `conf/smoke`, as a reader would after a run of their own."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import execute
import numpy as np
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


MACHINE = re.compile(r"(?:^|[\s\"'(=])(?:/(?!/)\w+/|~/|[A-Z]:\\)")


def test_the_notebook_names_no_machine_and_no_moment_in_its_code_or_outputs():
    stored = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    texts = ["".join(cell["source"]) for cell in stored["cells"]]
    outputs = [output for cell in code for output in cell["outputs"]]
    texts += ["".join(output.get("text", "")) for output in outputs]
    shown = [output.get("data", {}) for output in outputs]
    texts += ["".join(data.get(kind, "")) for data in shown for kind in ("text/html", "text/plain")]
    assert [found for text in texts for found in MACHINE.findall(text)] == []
    assert [cell["id"] for cell in code if "execution" in cell["metadata"]] == []


def test_outputs_are_those_of_the_code_that_is_stored_from_the_first_cell_to_the_last():
    """`make notebook` runs all cells in order; a cell edited afterwards has to be run anew."""
    stored = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    counts = [c["execution_count"] for c in stored["cells"] if c["cell_type"] == "code"]
    assert counts in ([None] * len(counts), list(range(1, len(counts) + 1)))
    executed_code = stored["metadata"].get("executed_code")
    assert executed_code == (execute.code_hash(stored["cells"]) if counts[0] else None)


def test_a_picture_gets_smaller_and_stays_the_same_to_the_eye():
    from io import BytesIO

    from PIL import Image

    ramp = np.tile(np.linspace(0, 255, 300).astype(np.uint8)[:, None, None], (1, 200, 3))
    noisy = ramp // 2 + np.random.default_rng(0).integers(0, 4, ramp.shape, np.uint8)
    buffer = BytesIO()
    Image.fromarray(noisy).save(buffer, "PNG")
    before = base64.b64encode(buffer.getvalue()).decode()
    after = execute.smaller(before)
    assert len(after) < len(before) / 2
    with Image.open(BytesIO(base64.b64decode(after))) as image:
        apart = np.asarray(image.convert("RGB")).astype(int) - noisy
    assert np.abs(apart).mean() < 4


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
