"""What a model reads besides the lungs, and what it withstands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pneumoscope.naming import Metric
from pneumoscope.plots.robustness import BANDS_UP_TO
from pneumoscope.report.blocks import Block, Bullets, Figure, Paragraph, Part, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.estimates import estimate_cell
from pneumoscope.report.folding import MANY
from pneumoscope.report.wording import counted, extremes, joined, metric_name
from pneumoscope.robustness.variants import DEGRADED_BY, LUNGS_GONE
from pneumoscope.robustness.wording import with_interval

Robustness = Mapping[str, Mapping[str, Any]]

KNOWN = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)
TWO_DIGITS = dict.fromkeys(map(metric_name, KNOWN), ".2f")

SHORTCUTS = (
    "Every test film is scored again with parts of it gone. With the lungs blacked out, or the "
    "border alone left, nothing of the disease can be seen: a model that still ranks better than "
    "chance reads something else, such as position, exposure or markers. Then all films are "
    "brought to one JPEG quality, and to one level of detail before that, so that how a film was "
    "archived no longer shows. No model was trained on such films: read the AUROC rather than "
    "sensitivity and specificity where parts are blacked out."
)
CURVES = (
    "Test films are made worse step by step, as another device, another archive or a restless "
    "child would. The AUROC tells whether films are still ranked; sensitivity and specificity, "
    "whether the locked threshold still serves. Where one of them falls, check the films of your "
    "own hospital for that flaw before you trust a score, and choose the threshold on films of "
    "your own."
)


def shortcuts_section(robustness: Robustness, figure: bytes | None) -> Section:
    """Return what each architecture still knows with parts of the film gone.

    Args:
        robustness: Architecture to its `robustness.json`.
        figure: PNG of the AUROC under every condition; None leaves it out.
    """
    blocks: list[Block] = [Paragraph(SHORTCUTS)]
    if figure is not None:
        alt = "AUROC of each architecture under every condition."
        blocks.append(Figure(figure, _without_lungs(robustness), alt))
    for name, found in robustness.items():
        conditions = _conditions(found)
        read: list[Block] = [Bullets(_verdicts(conditions)), _shortcut_table(name, found)]
        blocks.append(Part(name, read, f"{LUNGS_GONE}: {conditions[LUNGS_GONE]['verdict']}"))
    return Section("Does the model read the lungs?", blocks)


def robustness_section(robustness: Robustness, figure: bytes | None) -> Section:
    """Return how each architecture fares as films grow worse.

    Args:
        robustness: Architecture to its `robustness.json`.
        figure: PNG of the curves; None leaves it out.
    """
    first = next(iter(robustness.values()))
    blocks: list[Block] = [Paragraph(f"{CURVES} {_measured_on(first)}")]
    if figure is not None:
        intervals = (
            "bands are intervals"
            if len(robustness) <= BANDS_UP_TO
            else "the tables below hold the intervals"
        )
        legend = f"From left, films as they are, to right, the harshest; {intervals}."
        told = _most_fragile(robustness)
        blocks.append(Figure(figure, f"{told} {legend}", "Metrics against strength."))
    for name, found in robustness.items():
        curves = found["degradations"]["curves"]
        verdicts = {DEGRADED_BY[kind]: curve["verdict"] for kind, curve in curves.items()}
        withstood = Bullets([f"{words}: {verdict}" for words, verdict in verdicts.items()])
        table = _curve_table(name, found["degradations"])
        blocks.append(Part(name, [withstood, table], f"{_told_fall(_largest_fall(found))}."))
    return Section("What does the model withstand?", blocks)


def _without_lungs(robustness: Robustness) -> str:
    aurocs = {name: _conditions(found)[LUNGS_GONE]["auroc"] for name, found in robustness.items()}
    known = {name: auroc for name, auroc in aurocs.items() if auroc["value"] is not None}
    if len(known) > MANY:
        values = {name: float(auroc["value"]) for name, auroc in known.items()}
        known = {name: known[name] for name in extremes(values)}
        start = "With the lungs blacked out, most and least is still known by "
    else:
        start = "With the lungs blacked out: "
    named = [f"{name} {with_interval(auroc)}" for name, auroc in known.items()]
    named += [f"{name} undefined" for name, auroc in aurocs.items() if auroc["value"] is None]
    return (
        f"{start}{joined(named)}. A bar over patients that lies wholly to the right of the dashed "
        "line there, or with the border alone, means that the class can be read off something "
        "other than the lungs."
    )


def _measured_on(found: Mapping[str, Any]) -> str:
    films, patients = (found["degradations"][key] for key in ("films", "patients"))
    every = found["shortcuts"]["n"]
    if films == every:
        return f"Measured on all {every:,} test films, of {counted(patients, 'patient')}."
    return (
        f"Measured on {films:,} of the {every:,} test films, of {counted(patients, 'patient')}, "
        "spread evenly over the classes and over the patients."
    )


def _conditions(found: Mapping[str, Any]) -> Mapping[str, Any]:
    conditions: Mapping[str, Any] = found["shortcuts"]["conditions"]
    return conditions


def _verdicts(conditions: Mapping[str, Any]) -> list[str]:
    return [
        f"{condition}: {measured['verdict']}"
        for condition, measured in conditions.items()
        if "verdict" in measured
    ]


def _shortcut_table(name: str, found: Mapping[str, Any]) -> Table:
    rows = [[str(kind), *_cells(measured)] for kind, measured in _conditions(found).items()]
    films = counted(found["shortcuts"]["n"], "film")
    caption = f"{name} on {films} of test, at the locked threshold {found['threshold']:.3f}"
    return Table(["films", *map(metric_name, KNOWN)], rows, caption, TWO_DIGITS, folded=True)


def _curve_table(name: str, degradations: Mapping[str, Any]) -> Table:
    rows = [["as it is", "none", *_cells(degradations["as_it_is"])]] + [
        [DEGRADED_BY[kind], f"{point['strength']:g}", *_cells(point)]
        for kind, curve in degradations["curves"].items()
        for point in curve["points"]
    ]
    header = ["degraded by", "strength", *map(metric_name, KNOWN)]
    return Table(header, rows, f"Every degradation of {name}", TWO_DIGITS, folded=True)


def _cells(measured: Mapping[str, Any]) -> list[Cell]:
    return [estimate_cell(measured[metric]) for metric in KNOWN]


@dataclass(frozen=True)
class _Fall:
    """How much a metric falls under a degradation at its mildest strength."""

    by: float
    metric: Metric
    kind: str
    strength: float


def _largest_fall(found: Mapping[str, Any]) -> _Fall | None:
    """Return the largest sure fall of a metric at the mildest strength of any degradation."""
    falls = [
        _Fall(point[metric]["fall"]["value"], metric, DEGRADED_BY[kind], point["strength"])
        for kind, curve in found["degradations"]["curves"].items()
        for point in curve["points"][:1]
        for metric in KNOWN
        if point[metric]["fall"]["low"] is not None and point[metric]["fall"]["low"] > 0
    ]
    return max(falls, key=lambda fall: fall.by, default=None)


def _told_fall(fall: _Fall | None) -> str:
    if fall is None:
        return "nothing surely falls at the mildest strengths"
    return (
        f"of the mildest strengths {fall.kind} {fall.strength:g} costs most "
        f"({metric_name(fall.metric)} falls by {fall.by:.2f})"
    )


def _most_fragile(robustness: Robustness) -> str:
    """Tell of each architecture, or of many the one that loses most, and how many lose nothing."""
    falls = {name: _largest_fall(found) for name, found in robustness.items()}
    if len(falls) <= MANY:
        return " ".join(f"{name}: {_told_fall(fall)}." for name, fall in falls.items())
    shaken = {name: fall for name, fall in falls.items() if fall is not None}
    if not shaken:
        return "Of no architecture anything surely falls at the mildest strengths."
    worst = max(shaken, key=lambda name: shaken[name].by)
    steady = [name for name in falls if name not in shaken]
    unharmed = f" Nothing surely falls there for {joined(steady)}." if steady else ""
    return f"{worst} suffers most: {_told_fall(shaken[worst])}.{unharmed}"
