"""A metric is a member of `naming.Metric` and a row of `metrics.MEASURES`, and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pneumoscope

MEMBER = (
    'ACCURACY = ("accuracy"',
    'NPV = ("npv", "NPV", "share of the radiographs called NORMAL that are NORMAL")\n    ',
)
ROW = ("Metric.ACCURACY: _ratio(", "Metric.NPV: _ratio(Consequence.NPV),\n    ")
USE = """
import pandas as pd
from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.plots.forest import plot_comparison
from pneumoscope.report.sections.about import about_section
from pneumoscope.report.wording import metric_name

rows = pd.DataFrame({
    "patient_id": list("abcdef"), "score": [0.1, 0.2, 0.3, 0.4, 0.8, 0.9],
    "label": ["NORMAL", "NORMAL", "NORMAL", "PNEUMONIA", "PNEUMONIA", "PNEUMONIA"],
})
options = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
npv = Metric("npv")
assert estimate_metrics(rows, 0.5, options)[npv].value == 0.75
assert metric_name("npv") == "NPV"
glossary = about_section({}).blocks[-1].rows
assert any("called NORMAL" in meaning for _, meaning in glossary)
table = pd.DataFrame({
    "architecture": ["cnn"], "split": ["test"], "npv": [0.75], "npv_low": [0.5], "npv_high": [0.9],
})
assert plot_comparison(table, metrics=("npv",)).axes[0].get_title(loc="left") == "NPV"
print(__import__("pneumoscope").__file__)
"""


def insert(file: Path, before: str, text: str) -> None:
    source = file.read_text(encoding="utf-8")
    assert source.count(before) == 1
    file.write_text(source.replace(before, text + before), encoding="utf-8")


def test_a_new_metric_is_two_entries(tmp_path: Path) -> None:
    package = tmp_path / "pneumoscope"
    shutil.copytree(Path(pneumoscope.__file__).parent, package)
    insert(package / "naming.py", *MEMBER)
    insert(package / "evaluation" / "metrics.py", *ROW)
    used = subprocess.run(
        [sys.executable, "-c", USE], env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert used.returncode == 0, used.stderr[-2000:]
    assert used.stdout.strip() == str(package / "__init__.py")
