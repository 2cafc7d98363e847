"""Commands that the project adds to Kedro's own, and how all of them tell what is wrong."""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import click
from kedro.framework.cli import project as kedro_project
from kedro.framework.cli.utils import KedroCliError, _click_verbose, env_option

from pneumoscope.command_line import split_params
from pneumoscope.errors import three_lines, wants_traceback

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table


def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print what a user can mend in three lines; the traceback of all else, or if asked for."""
    lines = three_lines(error)
    if lines is None or wants_traceback(KedroCliError.VERBOSE_ERROR):
        _print_traceback(kind, error, trace)
    if lines is not None:
        click.echo("\n".join(lines), err=True)


# What no command has caught gets here, whether the command is Kedro's, a plugin's or the
# project's; a notebook, or a program that opens a session, keeps its own way.
_print_traceback = sys.excepthook
sys.excepthook = tell
# Kedro's advice where the first node fails, which would fail again.
logging.getLogger("kedro.runner.sequential_runner").addFilter(
    lambda record: not record.getMessage().startswith("No nodes ran. Repeat")
)


@click.group(name="pneumoscope")
def cli() -> None:
    """Pneumoscope's own commands."""


params_option = click.option(
    "--params",
    type=click.UNPROCESSED,
    default="",
    callback=split_params,
    help=kedro_project.PARAMS_ARG_HELP,
)


@cli.command(
    params=[option for option in kedro_project.run.params if option.name != "params"],
    help=kedro_project.run.help,
)
@params_option
@_click_verbose
def run(verbose: bool, **request: Any) -> Any:
    """Run the pipeline with Kedro's own command, its --params read by ours."""
    del verbose  # noted by its own option
    return cast(Any, kedro_project.run.callback)(**request)


@cli.command()
@env_option
@params_option
def results(env: str | None, params: dict) -> None:
    """Print the comparison of the last run, what its protocol flatters, and the report."""
    from kedro.framework.session import KedroSession
    from rich.console import Console

    from pneumoscope import NOTICE
    from pneumoscope.report.provenance import own_origins, synthetic_note
    from pneumoscope.report.sections.study import study_headline

    with KedroSession.create(env=env, runtime_params=params) as session:
        context = cast(KedroSession, session).load_context()
        catalog, names = context.catalog, context.params["architectures"]
        console = Console()
        metrics = {name: catalog.load(f"{name}.metrics") for name in names}
        origins = {name: catalog.load(f"{name}.training_record") for name in names}
        films = catalog.load("ingestion_audit").sources
        note = synthetic_note(films, metrics, own_origins(metrics, origins))
        console.print(_table(catalog.load("comparison"), note))
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
    from kedro.framework.project import pipelines

    from pneumoscope.graph import as_mermaid, replace_between_markers

    text = into.read_text(encoding="utf-8")
    drawn = as_mermaid({name: pipe for name, pipe in pipelines.items() if name != "__default__"})
    into.write_text(replace_between_markers(text, drawn), encoding="utf-8")
    click.echo(f"Drew the graph into {into}")


@cli.command()
def stages() -> None:
    """Write dvc.yaml anew: what each stage of the default run needs and makes."""
    from pneumoscope.stages.commands import write_stages

    if write_stages():
        click.echo("Wrote dvc.yaml")


@cli.command()
@click.argument("name")
def stage(name: str) -> None:
    """Run one stage of dvc.yaml, for DVC: by conf/base alone, whatever the shell has set."""
    from pneumoscope.stages.commands import run_stage

    run_stage(name)


def _table(comparison: "pd.DataFrame", synthetic: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from pneumoscope.naming import Column, Metric

    shown = [Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY]
    # Narrow enough for a terminal of 80 columns.
    title = "Comparison; intervals below each value"
    if synthetic:
        title += f"\nSYNTHETIC: {synthetic}"
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in (Column.ARCHITECTURE, Column.SPLIT, "n", *shown):
        table.add_column(str(name), justify="right" if name in ("n", *shown) else "left")
    for row in comparison.to_dict("records"):
        estimates = [_estimate(row, metric) for metric in shown]
        table.add_row(row[Column.ARCHITECTURE], row[Column.SPLIT], f"{row['n']:,}", *estimates)
    return table


def _estimate(row: Mapping[Any, Any], metric: str) -> str:
    import pandas as pd

    value, low, high = (row[name] for name in (metric, f"{metric}_low", f"{metric}_high"))
    if pd.isna(value):
        return "n/a"
    return f"{value:.3f}" if pd.isna(low) else f"{value:.3f}\n{low:.2f}-{high:.2f}"


def _relative(path: Path) -> Path:
    from kedro.utils import find_kedro_project

    project = find_kedro_project(Path.cwd()) or Path.cwd()
    return path.relative_to(project) if path.is_relative_to(project) else path
