"""Several finished runs side by side, as a terminal shows them and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pneumoscope import NOTICE
from pneumoscope.counts import counted
from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import MARGIN, Verdict
from pneumoscope.runs.compare import Compared, Difference
from pneumoscope.runs.differing import Rows, differing_parameters, differing_versions, facts
from pneumoscope.runs.finished import EvaluatedRun
from pneumoscope.runs.record import PLACE


def as_text(runs: Sequence[EvaluatedRun], compared: Sequence[Compared], confidence: float) -> Group:
    """Return tables and sentences.

    Args:
        runs: The first, against which the others are held, and these.
        compared: Each of these against the first.
        confidence: Of the intervals.
    """
    parts: list[RenderableType] = [_rows("Runs", facts(runs), len(runs))]
    for number, one in enumerate(compared, start=2):
        if one.differences:
            parts.append(_differences(one.differences, number, confidence))
        parts += [Text(sentence) for sentence in sentences(one, number)]
    differing = (
        ("Parameters that differ", differing_parameters(runs)),
        ("Versions that differ", differing_versions(runs)),
    )
    for title, rows in differing:
        parts.append(_rows(title, rows, len(runs)) if rows else Text(f"\n{title}: none on record."))
    parts += [Text(sentence) for sentence in _reservations(runs)]
    return Group(*parts, Text(NOTICE, style="bold"))


def as_json(runs: Sequence[EvaluatedRun], compared: Sequence[Compared]) -> dict[str, Any]:
    """Return the same as plain data."""
    return {
        "runs": facts(runs),
        "compared_with_the_first": [asdict(one) for one in compared],
        "parameters_that_differ": differing_parameters(runs),
        "versions_that_differ": differing_versions(runs),
        "notice": NOTICE,
    }


def sentences(compared: Compared, number: int) -> Iterator[str]:
    """Yield what can be said of a run against the first, and nothing beyond its intervals.

    Args:
        compared: The run against the first.
        number: Of the run, from 2.
    """
    films = compared.films
    if films.obstacle:
        yield (
            f"Runs 1 and {number} are not paired, since {films.obstacle}. Intervals are those of "
            "two samples, and a difference may come from the films as well as from the model."
        )
    else:
        yield f"Runs 1 and {number} share {counted(films.first, 'test film')}: paired by patient."
    for name in compared.identical:
        yield f"{name} has the same weights and the same threshold in both."
    shown = [one for one in compared.differences if one.verdict is Verdict.SHOWN]
    for one in shown:
        yield _shown(one, number)
    small = [one for one in compared.differences if one.verdict is Verdict.SMALL]
    if small:
        which = ", ".join(f"{one.metric.label} of {one.model}" for one in small)
        yield f"Shown to differ by less than {MARGIN:g}: {which}."
    if compared.differences and not shown:
        yield f"No difference between 1 and {number} is shown beyond chance."
    for side, names in compared.alone.items():
        if names:
            yield f"In run {number if side else 1} alone: {', '.join(names)}."


def _shown(one: Difference, number: int) -> str:
    apart = one.difference
    assert apart.value is not None
    higher, lower = (number, 1) if apart.value > 0 else (1, number)
    by = apart if apart.value > 0 else apart.mapped(lambda value: 0.0 - value)
    return f"{one.metric.label} of {one.model} is higher in {higher} than in {lower}, by {by}."


def _reservations(runs: Sequence[EvaluatedRun]) -> Iterator[str]:
    yield (
        "Intervals are over patients alone: another seed moves a model as well, and a run that is "
        "chosen by these numbers has been chosen by its test."
    )
    if any(run.record is None for run in runs):
        yield "A run without a record of its parameters is compared by those of its trainings."
    elif any(PLACE in run.record.parameters.values() for run in runs if run.record):
        yield "Places on a machine are not on record, and not compared."


def _differences(found: Sequence[Difference], number: int, confidence: float) -> Table:
    table = _table(f"Test; {confidence:.0%} intervals below each value")
    table.add_column("model", overflow="fold")
    table.add_column("metric")
    for name in ("1", str(number), f"{number} minus 1"):
        table.add_column(name, justify="right")
    table.add_column("beyond chance")
    for one in found:
        table.add_row(
            one.model, one.metric.label, *map(_estimate, (one.first, one.second)),
            _estimate(one.difference, "+.3f", "+.2f"), _WORDS[one.verdict],
        )  # fmt: skip
    return table


_WORDS: Mapping[Verdict, str] = {
    Verdict.SHOWN: "yes",
    Verdict.SMALL: f"below {MARGIN:g}",
    Verdict.OPEN: "not shown",
}


def _estimate(one: Estimate, digits: str = ".3f", ends: str = ".2f") -> str:
    if one.value is None:
        return "n/a"
    shown = decimal(one.value, digits)
    if one.bounds is None:
        return f"{shown}\nno interval"
    return f"{shown}\n{' to '.join(decimal(end, ends) for end in one.bounds)}"


def _rows(title: str, rows: Rows, runs: int) -> Table:
    table = _table(title)
    table.add_column("", overflow="fold")
    for number in range(1, runs + 1):
        table.add_column(str(number), overflow="fold")
    for name, values in rows.items():
        table.add_row(name, *values)
    return table


def _table(title: str) -> Table:
    return Table(
        title=f"\n{title}", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0),
        pad_edge=False,
    )  # fmt: skip
