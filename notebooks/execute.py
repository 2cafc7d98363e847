"""Execute the notebook on the run in RESULTS and keep its outputs in place, by `make notebook`.

What is of one machine or one moment is left out: time stamps, the width of a terminal. Pictures are
kept with as many colours as a reader sees, so that the file stays small.
"""

import base64
import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

NOTEBOOK = Path(__file__).with_name("analysis.ipynb")
COLOURS = 64
"""Of a picture: greys of films and the colours of classes and models."""


def execute(results: Path) -> Any:
    """Return the notebook with the outputs of a run's results, and the hash of what was run."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    environment = {**os.environ, "RESULTS": str(results.resolve()), "COLUMNS": "100"}
    client = NotebookClient(
        notebook,
        timeout=600,
        record_timing=False,
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    )
    client.execute(env=environment)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = smaller(data["image/png"])
    notebook.metadata["executed_code"] = code_hash(notebook.cells)
    return notebook


def code_hash(cells: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of the code of a notebook: outputs are of this code alone."""
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return hashlib.sha256("\0".join(code).encode()).hexdigest()


def smaller(picture: str) -> str:
    """Return a PNG, in base64, with few colours."""
    with Image.open(BytesIO(base64.b64decode(picture)), formats=["PNG"]) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    buffer = BytesIO()
    few.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


if __name__ == "__main__":
    import nbformat

    executed = execute(Path(os.environ.get("RESULTS") or "data"))
    nbformat.write(executed, NOTEBOOK)
    sys.stdout.write(f"Wrote the outputs into {NOTEBOOK.name}\n")
