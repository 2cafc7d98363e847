"""Build the documentation as a site, by `make docs`; a link that leads nowhere stops it.

The pages keep their places, so that their links hold on a code host too: they are copied beside
each other into build/docs, with the reference made of the code, and Sphinx reads that folder.
"""

import os
import re
import shutil
import sys
import tomllib
from pathlib import Path

import api
import reference

PROJECT = Path(__file__).resolve().parents[2]
SOURCE, SITE = PROJECT / "build/docs", PROJECT / "build/site"
PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "conf/local/README.md",
         "benchmarks/results.md", "notebooks/analysis.ipynb")  # fmt: skip
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
ARROW = re.compile(r'^ *(\w+) -- "(.*)" --> (\w+)$', re.MULTILINE)
CHART = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)


def main() -> int:
    """Write the source of the site and build it; return Sphinx's exit status."""
    from sphinx.cmd.build import main as sphinx

    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.rmtree(SITE, ignore_errors=True)
    write_source(SOURCE)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    os.environ["PNEUMOSCOPE_VERSION"] = project["version"]
    settings = ["-c", str(Path(__file__).parent)]
    cache = ["-d", str(PROJECT / "build/doctrees")]
    status = sphinx(["-q", "-W", "--keep-going", *settings, *cache, str(SOURCE), str(SITE)])
    if status == 0:
        print(f"Wrote {SITE.relative_to(PROJECT)}/index.html")
    return status


def write_source(into: Path) -> None:
    """Write every page, what pages link to, and the reference into a folder."""
    into.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("index.md"), into / "index.md")
    pages = [PROJECT / page for page in PAGES] + sorted((PROJECT / "docs").glob("*.md"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in _linked(page, text):
            _copy(target, into)
        place = into / page.relative_to(PROJECT)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(CHART.sub(_as_table, text), encoding="utf-8")
    for name, page_text in {**reference.pages(PROJECT), **api.pages(PROJECT)}.items():
        place = into / "reference" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page_text, encoding="utf-8")


def _linked(page: Path, text: str) -> list[Path]:
    """Give the files of the project that a page links to; one that is not there is left out."""
    found = [(page.parent / link).resolve() for link in LINK.findall(text)]
    return [path for path in found if path.is_file() and path.is_relative_to(PROJECT)]


def _copy(file: Path, into: Path) -> None:
    place = into / file.relative_to(PROJECT)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)


def _as_table(chart: re.Match[str]) -> str:
    """Write a flow chart as a table: to draw it, a page would load a script."""
    rows = [
        f"| {begin} | {data.replace('<br>', ', ')} | {end} |"
        for begin, data, end in ARROW.findall(chart[1])
    ]
    picture = "![The graph: a box for each pipeline and model](images/graph.webp)\n\n"
    return "\n".join([f"{picture}| from | what | to |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    sys.exit(main())
