"""The documentation as a site: the reference is of the code, and nothing comes from elsewhere."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import api
import build
import pytest
import reference
import yaml

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def parameters():
    return reference.parameters(PROJECT)


def row(page, name):
    return next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))


def test_a_parameter_stands_there_with_its_bounds_default_value_and_meaning(parameters):
    assert row(parameters, "prediction_strength") == (
        "| `prediction_strength` | number, above 0.0, below 1.0 | required | `0.8` | "
        "Stability that a grouping must reach; 0.8 and more are usual "
        "(Tibshirani and Walther 2005). |"
    )
    assert row(parameters, "false_alarms").split(" | ")[2] == "`0.01`"
    assert "`isotonic`" not in row(parameters, "calibration")
    assert "Options of one architecture, by its `architecture`: [BackboneOptions]" in parameters


def test_every_parameter_of_the_project_stands_there(parameters):
    from pneumoscope.options.project import ProjectOptions

    for name in ProjectOptions.model_fields:
        assert row(parameters, name)
    named = re.findall(r"\]\(#(\w+)\)", parameters)
    headings = {heading.lower() for heading in re.findall(r"^## (\w+)$", parameters, re.MULTILINE)}
    assert set(named) <= headings


def test_a_docstring_is_taken_apart_entry_by_entry():
    text = "What it is.\n\nAttributes:\n    one: First,\n        and more.\n    two: Second."
    assert reference._docstring(text) == (
        "What it is.",
        {"one": "First, and more.", "two": "Second."},
    )


def test_every_command_stands_there_as_it_prints_its_own_help():
    page = reference.commands(PROJECT)
    titles = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert {"kedro run", "kedro check", "kedro serve", "pneumoscope predict", "make"} <= set(titles)
    assert "--only-missing-outputs" in page
    assert "--allowed-host" in page
    assert "make docs" in page


def test_every_entry_of_the_catalog_stands_there_with_its_place():
    page = reference.catalog(PROJECT)
    files = (PROJECT / "conf/base").rglob("catalog.yml")
    names = {name for file in files for name in yaml.safe_load(file.read_text())}
    assert {name for name in names if f"| `{name}` |" not in page} == set()
    assert row(page, "comparison").split(" | ")[2] == "`data/08_reporting/comparison.csv`"
    assert "${" not in page


def test_a_function_stands_there_with_its_signature_and_its_arguments():
    pages = api.pages(PROJECT)
    page = pages["api/evaluation.md"]
    assert "## pneumoscope.evaluation.proportions" in page
    assert "**Returns**" in page
    assert "### _" not in page
    assert "| [splitting](splitting.md) |" in pages["api/index.md"]


def test_a_google_docstring_becomes_markdown():
    text = "Do it.\n\nArgs:\n    one: First,\n        and more.\n\nRaises:\n    ValueError: Odd."
    assert api.as_markdown(text).split("\n") == [
        "Do it.", "", "", "**Args**", "", "- `one`: First,", "  and more.", "", "",
        "**Raises**", "", "- `ValueError`: Odd.",
    ]  # fmt: skip


def test_a_long_signature_has_a_line_for_each_argument():
    import ast

    code = (
        "def f(first: dict[str, int], second: tuple[int, int] = (1, 2), *, third: str) -> None: ..."
    )
    (node,) = ast.parse(code.replace("first", "f" * 40)).body
    assert api.signature(node).splitlines() == [
        "def f(", f"    {'f' * 40}: dict[str, int],", "    second: tuple[int, int]=(1, 2),",
        "    *,", "    third: str,", ") -> None: ...",
    ]  # fmt: skip


def test_every_page_is_in_the_contents_and_every_link_of_the_contents_leads_to_one():
    contents = (PROJECT / "docs/site/index.md").read_text()
    listed = {line for line in contents.splitlines() if re.fullmatch(r"[\w./]+", line)}
    pages = {f"docs/{page.stem}" for page in (PROJECT / "docs").glob("*.md")}
    pages |= {re.sub(r"\.(md|ipynb)$", "", page) for page in build.PAGES}
    made = {f"reference/{name}" for name in ("commands", "parameters", "catalog", "api/index")}
    assert listed == pages | made


def test_a_chart_becomes_a_table_for_it_would_load_a_script():
    chart = '```mermaid\nflowchart TD\n    a[[a]]\n    a -- "one<br>two" --> b\n```'
    assert build.CHART.sub(build._as_table, chart).endswith("| a | one, two | b |")


@pytest.mark.slow
@pytest.mark.skipif(find_spec("sphinx") is None, reason="needs the extra `docs`")
class TestSite:
    @pytest.fixture(scope="class")
    def site(self):
        script = str(PROJECT / "docs/site/build.py")
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return PROJECT / "build/site"

    def test_nothing_on_a_page_comes_from_elsewhere(self, site):
        loads = r"<(?:script|img|link|iframe)[^>]+(?:src|href)=[\"'](?:https?:)?//[^\"']*"
        pages = list(site.rglob("*.html"))
        found = {
            page.name: taken for page in pages if (taken := re.findall(loads, page.read_text()))
        }
        assert len(pages) > 50
        assert found == {}
        styles = [style.read_text() for style in site.rglob("*.css")]
        assert not any(
            re.search(r"(?:url\([\"']?|@import[^;]*)(?:https?:)?//", one) for one in styles
        )

    def test_the_notebook_and_the_readme_are_pages_of_it(self, site):
        assert "What a run found" in (site / "notebooks/analysis.html").read_text()
        assert 'href="docs/tutorial.html"' in (site / "README.html").read_text()

    def test_a_link_that_leads_nowhere_stops_the_build(self, tmp_path, monkeypatch):
        from sphinx.cmd.build import main

        (tmp_path / "index.md").write_text("# A\n\n[to](nowhere.md)\n")
        monkeypatch.setenv("PNEUMOSCOPE_VERSION", "0")
        settings = ["-q", "-W", "-c", str(PROJECT / "docs/site")]
        assert main([*settings, str(tmp_path), str(tmp_path / "out")]) != 0
