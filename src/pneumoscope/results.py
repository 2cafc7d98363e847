"""The last run's results, as `kedro results` prints them; pandas and the graph are not loaded."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.io import DataCatalog
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pneumoscope import NOTICE
from pneumoscope.datasets.record import RecordDataset
from pneumoscope.decimals import decimal
from pneumoscope.errors import InputError
from pneumoscope.naming import Column, Metric
from pneumoscope.report.provenance import own_origins, synthetic_note

SHOWN = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)


def print_results(context: KedroContext) -> None:
    """Print the comparison, the bias of its protocol, and where the report is.

    Raises:
        InputError: The environment's last run has not made what is to be printed.
    """
    parameters = context.config_loader["parameters"]
    entries = context.config_loader["catalog"]
    comparison = _file(entries, "comparison", context)
    if not comparison.exists():
        where = _relative(comparison.parent, context)
        run = f"Run first: {_command(context)}"
        raise InputError(f"the results of a run in '{where}'", "none", run)
    catalog = _records(entries, context)
    names = parameters["architectures"]
    metrics = {name: _load(f"{name}.metrics", catalog, context) for name in names}
    origins = {name: _load(f"{name}.training_record", catalog, context) for name in names}
    films = _load("ingestion_audit", catalog, context).sources
    note = synthetic_note(films, metrics, own_origins(metrics, origins))
    flaws = _load("split_audit", catalog, context).flaws
    console = Console()
    console.print(_table(_rows(comparison), note))
    for flaw in flaws:
        console.print(f"[bold red]{flaw}[/bold red]", soft_wrap=True)
    if "study" in parameters:
        from pneumoscope.report.sections.study import study_headline

        findings = _load("study_findings", catalog, context)
        console.print(study_headline(findings), soft_wrap=True)
    console.print(f"[bold]{NOTICE}[/bold]")
    report = _file(entries, "report", context)
    # Never folded: a path that is cut in two cannot be opened.
    console.print(_of_the_report(report, context), soft_wrap=True)


def _records(entries: Mapping[str, Any], context: KedroContext) -> DataCatalog:
    """Return a catalog of the records alone: no other kind of file is read here."""
    kind = f"{RecordDataset.__module__}.{RecordDataset.__name__}"
    return DataCatalog.from_config(
        {
            name: {**entry, "filepath": str(_file(entries, name, context))}
            for name, entry in entries.items()
            if entry["type"] == kind
        }
    )


def _load(name: str, catalog: DataCatalog, context: KedroContext) -> Any:
    if not catalog.exists(name):
        raise InputError(
            f"`{name}` of the last run",
            f"nothing at '{_relative(Path(catalog[name]._describe()['filepath']), context)}'",
            f"Run all of it: {_command(context)}; or name that run's environment: --env=<name>",
        )
    return catalog.load(name)


def _command(context: KedroContext, more: str = "") -> str:
    environment = "" if context.env in (None, "local") else f" --env={context.env}"
    same = ", with the same --params" if context._runtime_params else ""
    return f"kedro run{environment}{more}{same}"


def _of_the_report(report: Path, context: KedroContext) -> str:
    if report.exists():
        return f"Open the report: {_relative(report, context)}"
    return f"There is no report yet: {_command(context, ' --pipelines=reporting')}"


def _file(entries: Mapping[str, Any], name: str, context: KedroContext) -> Path:
    return Path(context.project_path) / entries[name]["filepath"]


def _relative(path: Path, context: KedroContext) -> Path:
    project = context.project_path
    return path.relative_to(project) if path.is_relative_to(project) else path


def _rows(comparison: Path) -> list[dict[str, str]]:
    with comparison.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(comparison: Sequence[Mapping[str, str]], synthetic: str) -> Table:
    # Narrow enough for a terminal of 80 columns.
    title = "Comparison; intervals below each value"
    if synthetic:
        title += f"\nSYNTHETIC: {synthetic}"
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in (Column.ARCHITECTURE, Column.SPLIT, "n", *SHOWN):
        # Folded: a site's name that is cut off may be another's.
        table.add_column(
            str(name), justify="right" if name in ("n", *SHOWN) else "left", overflow="fold"
        )
    for row in comparison:
        estimates = [_estimate(row, metric) for metric in SHOWN]
        table.add_row(row[Column.ARCHITECTURE], row[Column.SPLIT], f"{int(row['n']):,}", *estimates)
    return table


def _estimate(row: Mapping[str, str], metric: str) -> str:
    value, low, high = (row[name] for name in (metric, f"{metric}_low", f"{metric}_high"))
    if not value:
        return "n/a"
    shown = decimal(float(value))
    return (
        shown if not low else f"{shown}\n{decimal(float(low), '.2f')}-{decimal(float(high), '.2f')}"
    )
