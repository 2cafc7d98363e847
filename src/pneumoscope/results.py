"""Results, as `kedro results` prints them; those of the last run without pandas or the graph."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.io import DataCatalog
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pneumoscope import NOTICE
from pneumoscope.counts import counted
from pneumoscope.datasets.record import RecordDataset
from pneumoscope.decimals import decimal
from pneumoscope.errors import InputError
from pneumoscope.naming import Column, Metric
from pneumoscope.options.base import all_different
from pneumoscope.report.provenance import own_origins, synthetic_note

SHOWN = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)


def print_results(context: KedroContext) -> None:
    """Print the comparison, the bias of its protocol, and where the report is.

    Raises:
        InputError: The environment's last run has not made what is to be printed.
    """
    entries = context.config_loader["catalog"]
    comparison = _file(entries, "comparison", context)
    if not comparison.exists():
        where = _relative(comparison.parent, context)
        run = f"Run first: {_command(context)}"
        raise InputError(f"the results of a run in '{where}'", "none", run)
    parameters = context.config_loader["parameters"]
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


def check_folders(folders: Sequence[Path], compare: bool, plain: bool) -> None:
    """Refuse folders that nothing compares, and a comparison of fewer than two.

    Raises:
        InputError: The folders do not fit `--compare`, or one is named twice.
    """
    if bool(folders) != compare or len(folders) == 1:
        raise InputError(
            "two folders of results or more, with --compare; or none, without",
            f"{counted(len(folders), 'folder')} {'with' if compare else 'without'} --compare",
            "Write for example: kedro results --compare data data/other",
        )
    if plain and not compare:
        raise InputError("--json with --compare", "--json alone", "Add --compare and folders.")
    all_different("folders", (folder.resolve() for folder in folders))


def print_compared(context: KedroContext, folders: Sequence[Path], plain: bool) -> None:
    """Print finished runs against the first of them.

    Args:
        context: Of the environment whose `evaluation` gives confidence and primary endpoint.
        folders: Their results.
        plain: As JSON.

    Raises:
        InputError: A folder does not hold a finished run.
    """
    from pneumoscope.runs.compare import compare_runs
    from pneumoscope.runs.finished import read_run
    from pneumoscope.runs.words import as_json, as_text

    options = context.params["evaluation"]
    first, *others = runs = [read_run(folder) for folder in folders]
    compared = [compare_runs(first, other, options) for other in others]
    if plain:
        print(json.dumps(as_json(runs, compared), indent=2, ensure_ascii=False))
    else:
        Console().print(as_text(runs, compared, options.confidence))


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
