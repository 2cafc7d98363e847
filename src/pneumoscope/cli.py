"""Commands that the project adds to Kedro's own: the results of a run, and its graph."""

from pathlib import Path
from typing import cast

import click
import pandas as pd
from kedro.framework.cli.utils import _split_params, env_option
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.utils import find_kedro_project
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pneumoscope import NOTICE
from pneumoscope.graph import as_mermaid, replace_between_markers
from pneumoscope.naming import Column, Metric
from pneumoscope.report.sections.study import study_headline

SHOWN = [Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY]


@click.group(name="pneumoscope")
def cli() -> None:
    """Pneumoscope's own commands."""


@cli.command()
@env_option
@click.option(
    "--params",
    type=click.UNPROCESSED,
    default="",
    callback=_split_params,
    help="What the run was given as --params.",
)
def results(env: str | None, params: dict) -> None:
    """Print the comparison of the last run, what its protocol flatters, and the report."""
    with KedroSession.create(env=env, runtime_params=params) as session:
        context = cast(KedroSession, session).load_context()
        catalog, options = context.catalog, context.params["report"]
        console = Console()
        console.print(_table(catalog.load("comparison"), options.synthetic))
        for flaw in catalog.load("split_audit").flaws:
            console.print(f"[bold red]{flaw}[/bold red]", soft_wrap=True)
        if "study" in context.params:
            console.print(study_headline(catalog.load("study_findings")), soft_wrap=True)
        console.print(f"[bold]{NOTICE}[/bold]")
        report = Path(catalog["report"]._describe()["filepath"])
        # Never folded: a path that is cut in two cannot be opened.
        console.print(f"Open the report: {_relative(report)}", soft_wrap=True)


@cli.command()
@click.option("--into", type=click.Path(path_type=Path), default=Path("README.md"))
def graph(into: Path) -> None:
    """Draw the graph as mermaid between the markers of a Markdown file."""
    text = into.read_text(encoding="utf-8")
    drawn = as_mermaid({name: pipe for name, pipe in pipelines.items() if name != "__default__"})
    into.write_text(replace_between_markers(text, drawn), encoding="utf-8")
    click.echo(f"Drew the graph into {into}")


def _table(comparison: pd.DataFrame, synthetic: bool) -> Table:
    of_what = "phantoms, not patients" if synthetic else "radiographs"
    # Narrow enough for a terminal of 80 columns.
    title = f"Comparison on {of_what}; intervals below each value"
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in (Column.ARCHITECTURE, Column.SPLIT, "n", *SHOWN):
        table.add_column(str(name), justify="right" if name in ("n", *SHOWN) else "left")
    for row in comparison.to_dict("records"):
        estimates = [_estimate(row, metric) for metric in SHOWN]
        table.add_row(row[Column.ARCHITECTURE], row[Column.SPLIT], f"{row['n']:,}", *estimates)
    return table


def _estimate(row: dict, metric: Metric) -> str:
    value, low, high = (row[name] for name in (metric, f"{metric}_low", f"{metric}_high"))
    if pd.isna(value):
        return "n/a"
    return f"{value:.3f}" if pd.isna(low) else f"{value:.3f}\n{low:.2f}-{high:.2f}"


def _relative(path: Path) -> Path:
    project = find_kedro_project(Path.cwd()) or Path.cwd()
    return path.relative_to(project) if path.is_relative_to(project) else path
