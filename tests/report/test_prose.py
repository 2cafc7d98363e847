import ast
import re
from importlib.resources import files

import jinja2
import pytest

from pneumoscope.report.prose import prose, sentences, text

TEMPLATE = (files("pneumoscope.report") / "templates/prose.txt").read_text(encoding="utf-8")
SOURCES = files("pneumoscope.report")
LONGEST_LABEL = 64


def test_a_text_is_one_line_and_a_list_one_a_paragraph():
    assert prose("subgroups").startswith(
        "Test radiographs by subgroup, at the locked threshold. Size"
    )
    assert "\n" not in prose("subgroups")
    assert len(sentences("out_of_scope")) == 4
    assert not any("\n" in sentence for sentence in sentences("limits_of_maps"))


def test_every_text_is_read_somewhere_and_every_text_read_is_there():
    written = set(re.findall(r"{% macro (\w+)\(", TEMPLATE))
    code = "".join(path.read_text() for path in SOURCES.rglob("*.py"))
    read = set(re.findall(r"""(?:prose|sentences|text)\(\s*["'](\w+)["']""", code))
    assert written == read


def test_a_text_that_nobody_wrote_is_an_error():
    with pytest.raises((AttributeError, jinja2.TemplateError)):
        text("nobody_wrote_this")


def test_no_fixed_prose_stands_in_python():
    """Constants of a module that are sentences; what a verdict says stands where it is judged."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in SOURCES.rglob("*.py")
        for statement in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None
        for node in ast.walk(statement.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if len(node.value) > LONGEST_LABEL
    ]
    assert not found
