"""Occlusion of parts of a film, and robustness to degraded ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from pneumoscope.counts import counted
from pneumoscope.decimals import decimal
from pneumoscope.evaluation.verdict import Verdict, judge_excess
from pneumoscope.naming import Metric
from pneumoscope.plots.robustness import BANDS_UP_TO
from pneumoscope.report.blocks import Block, Bullets, Figure, Paragraph, Part, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.folding import MANY
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import extremes, joined, metric_name
from pneumoscope.robustness.drops import KNOWN
from pneumoscope.robustness.records import Degradations, Metrics, Robustness
from pneumoscope.robustness.variants import AS_IT_IS, CENTRE_GONE, DEGRADED_BY
from pneumoscope.robustness.wording import with_interval

TWO_DIGITS = dict.fromkeys(map(metric_name, KNOWN), ".2f")


def shortcuts_section(
    robustness: Mapping[str, Robustness], figure: bytes | None, cut: bool
) -> Section:
    """Return the performance of each architecture with parts of the film occluded.

    Args:
        robustness: Architecture to what was measured of it.
        figure: PNG of the AUROC under every occlusion; None leaves it out.
        cut: Whether models are known to see less than the whole of a film.
    """
    blocks: list[Block] = [Paragraph(prose("occlusion", cut=cut))]
    if figure is not None:
        alt = "AUROC of each architecture under every occlusion."
        blocks.append(Figure(figure, _without_centre(robustness), alt))
    for name, found in robustness.items():
        ablations = found.shortcuts.ablations
        verdicts = [f"{ablation}: {one.verdict}" for ablation, one in ablations.items()]
        read: list[Block] = [Bullets(verdicts), _shortcut_table(name, found)]
        blocks.append(Part(name, read, f"{CENTRE_GONE}: {ablations[CENTRE_GONE].verdict}"))
    return Section("Occlusion of the centre and the border", blocks)


def robustness_section(robustness: Mapping[str, Robustness], figure: bytes | None) -> Section:
    """Return how much the metrics of each architecture drop on degraded films.

    Args:
        robustness: Architecture to what was measured of it.
        figure: PNG of the curves; None leaves it out.
    """
    first = next(iter(robustness.values()))
    blocks: list[Block] = [Paragraph(f"{prose('degradations')} {_measured_on(first)}")]
    if figure is not None:
        intervals = (
            "bands are intervals"
            if len(robustness) <= BANDS_UP_TO
            else "the tables below hold the intervals"
        )
        legend = f"From left, films as they are, to right, the strongest degradation; {intervals}."
        conclusion = most_fragile(robustness)
        blocks.append(Figure(figure, f"{conclusion} {legend}", "Metrics against strength."))
    for name, found in robustness.items():
        curves = found.degradations.curves.items()
        withstood = Bullets([f"{DEGRADED_BY[kind]}: {curve.verdict}" for kind, curve in curves])
        table = _curve_table(name, found.degradations)
        summary = _drop_in_words(_largest_drop(found.degradations))
        blocks.append(Part(name, [withstood, table], f"{summary}."))
    return Section("Robustness to degraded radiographs", blocks)


def _without_centre(robustness: Mapping[str, Robustness]) -> str:
    aurocs = {
        name: found.shortcuts.ablations[CENTRE_GONE].altered.metrics[Metric.AUROC]
        for name, found in robustness.items()
    }
    known = {name: auroc.value for name, auroc in aurocs.items() if auroc.value is not None}
    start = "With the centre blacked out: "
    if len(known) > MANY:
        known = {name: known[name] for name in extremes(known)}
        start = "With the centre blacked out, the highest and the lowest: "
    named = [f"{name} {with_interval(aurocs[name])}" for name in known]
    named += [f"{name} undefined" for name, auroc in aurocs.items() if auroc.value is None]
    return f"{start}{joined(named)}. {prose('occlusion_figure')}"


def _measured_on(found: Robustness) -> str:
    degraded, every = found.degradations.counted, found.shortcuts.counted.films
    patients = counted(degraded.patients, "patient")
    if degraded.films == every:
        return f"Measured on all {every:,} test films, of {patients}."
    return (
        f"Measured on {degraded.films:,} of the {every:,} test films, of {patients}, "
        "spread evenly over the classes and over the patients."
    )


def _shortcut_table(name: str, found: Robustness) -> Table:
    shortcuts = found.shortcuts
    rows: list[list[Cell]] = [[AS_IT_IS, *_cells(shortcuts.as_it_is)]]
    rows += [[kind, *_cells(one.altered.metrics)] for kind, one in shortcuts.ablations.items()]
    films = counted(shortcuts.counted.films, "film")
    caption = f"{name} on {films} of test, at the locked threshold {found.threshold:.3f}"
    return Table(["films", *map(metric_name, KNOWN)], rows, caption, TWO_DIGITS, folded=True)


def _curve_table(name: str, degradations: Degradations) -> Table:
    rows: list[list[Cell]] = [[AS_IT_IS, "none", *_cells(degradations.as_it_is)]]
    rows += [
        [DEGRADED_BY[kind], f"{point.strength:g}", *_cells(point.altered.metrics)]
        for kind, curve in degradations.curves.items()
        for point in curve.points
    ]
    header = ["degraded by", "strength", *map(metric_name, KNOWN)]
    return Table(header, rows, f"Every degradation of {name}", TWO_DIGITS, folded=True)


def _cells(measured: Metrics) -> list[Cell]:
    return [measured[metric] for metric in KNOWN]


@dataclass(frozen=True)
class _Drop:
    """How much a metric drops under a degradation at its mildest strength."""

    by: float
    metric: Metric
    kind: str
    strength: float


def _largest_drop(degradations: Degradations) -> _Drop | None:
    """Return the largest drop that is shown at the mildest strength of any degradation."""
    tried = [
        (curve.points[0], kind, metric)
        for kind, curve in degradations.curves.items()
        for metric in KNOWN
    ]
    drops = [
        _Drop(drop.value, metric, DEGRADED_BY[kind], point.strength)
        for point, kind, metric in tried
        if (drop := point.altered.drops[metric]).value is not None
        and judge_excess(drop, 0.0, len(tried)) is Verdict.SHOWN
    ]
    return max(drops, key=lambda drop: drop.by, default=None)


def _drop_in_words(drop: _Drop | None) -> str:
    if drop is None:
        return "no drop is shown at the mildest strengths"
    return (
        f"of the mildest strengths {drop.kind} {drop.strength:g} costs most "
        f"({metric_name(drop.metric)} drops by {decimal(drop.by, '.2f')})"
    )


def most_fragile(robustness: Mapping[str, Robustness]) -> str:
    """Name the largest drop of each architecture, or of many the largest of all."""
    drops = {name: _largest_drop(found.degradations) for name, found in robustness.items()}
    if len(drops) <= MANY:
        return " ".join(f"{name}: {_drop_in_words(drop)}." for name, drop in drops.items())
    shown = {name: drop for name, drop in drops.items() if drop is not None}
    if not shown:
        return "At the mildest strengths no drop is shown for any architecture."
    worst = max(shown, key=lambda name: shown[name].by)
    steady = [name for name in drops if name not in shown]
    unharmed = f" No drop is shown there for {joined(steady)}." if steady else ""
    return f"{worst} loses most: {_drop_in_words(shown[worst])}.{unharmed}"
