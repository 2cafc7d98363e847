"""Data flows one way: the evaluation computes, and knows neither figures nor pages nor Kedro."""

import ast
from importlib.resources import files

import pytest

MODULES = sorted(
    path for path in (files("pneumoscope") / "evaluation").rglob("*.py") if path.stat().st_size
)


def imported(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_the_evaluation_imports_nothing_that_reads_it(module):
    later = ("pneumoscope.plots", "pneumoscope.report", "pneumoscope.pipelines", "kedro")
    assert not [name for name in imported(module.read_text()) if name.startswith(later)]
