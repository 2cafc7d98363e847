"""What is gained by handing doubtful radiographs to a human."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.naming import Consequence, Label, Split
from pneumoscope.report.blocks import Block, Figure, Heading, Paragraph, Section, Table
from pneumoscope.report.cells import Cell, Undefined
from pneumoscope.report.estimates import estimate_cell
from pneumoscope.report.folding import MANY
from pneumoscope.report.wording import extremes, joined

INTRODUCTION = (
    "A grey zone around the threshold, set on validation, leaves the doubtful radiographs to a "
    "human. What counts is the accuracy on the rest, and how many land in the zone on test: more "
    "than were asked for means more work than was planned."
)
ZONES = ["architecture", "asked for", "zone", "deferred on test", "accuracy on the rest",
         "sensitivity", "specificity"]  # fmt: skip
SETS = ["architecture", "PNEUMONIA covered", "NORMAL covered", "one answer", "both", "neither"]
LONG = 20
"""A table of more rows than this is folded; the figure shows the same."""
KEPT = (Consequence.ACCURACY, Consequence.SENSITIVITY, Consequence.SPECIFICITY)


def grey_zone_section(
    metrics: Mapping[str, Mapping[str, Any]], figure: bytes | None = None
) -> Section:
    """Return the zones of each architecture, the figure, and the conformal sets.

    Args:
        metrics: Architecture to its `metrics.json`.
        figure: PNG of accuracy against the share deferred, or None to leave it out.
    """
    zones = {name: measured["grey_zone"] for name, measured in metrics.items()}
    rows = [_zone(name, share, zone) for name, found in zones.items()
            for share, zone in found.items()]  # fmt: skip
    shares = ("asked for", *ZONES[3:])
    blocks: list[Block] = [Paragraph(INTRODUCTION)]
    if figure is not None:
        alt = "Accuracy on the rest against the share handed to a human."
        blocks.append(Figure(figure, _gain(zones), alt))
    note = "Zones are scores, set on validation; the rest is what they leave to the model on test."
    folded = len(rows) > LONG
    blocks.append(Table(ZONES, rows, note, dict.fromkeys(shares, ".1%"), folded))
    return Section("Handing doubtful cases to a human", [*blocks, *_sets(metrics)])


def _zone(name: str, share: str, zone: Mapping[str, Any]) -> list[Cell]:
    test = zone["splits"][Split.TEST]
    zone_text = "none" if zone["low"] is None else f"{zone['low']:.3f}–{zone['high']:.3f}"
    kept: list[Cell] = [
        Undefined(test["undefined"][key]) if test[key] is None else float(test[key]) for key in KEPT
    ]
    return [name, float(share), zone_text, float(test["deferred"]), *kept]


def _gain(zones: Mapping[str, Mapping[str, Any]]) -> str:
    found = {name: ends for name, zone in zones.items() if (ends := _ends(zone)) is not None}
    if not found:
        return "No architecture has an accuracy both with and without a grey zone."
    if len(found) > MANY:
        gains = {
            name: last["accuracy"] - first["accuracy"] for name, (first, last) in found.items()
        }
        found = {name: found[name] for name in extremes(gains)}
        start = "On test, most and least is gained thus: "
    else:
        start = "On test, "
    told = joined([_told(name, *ends) for name, ends in found.items()])
    return f"{start}{told}. Where the curve stays flat, scores do not tell which are doubtful."


def _ends(found: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Return test without a zone and with the widest zone that leaves something to decide."""
    tested = [zone["splits"][Split.TEST] for zone in found.values()]
    known = [part for part in tested if part["accuracy"] is not None]
    if len(known) < 2 or tested[0]["accuracy"] is None:
        return None
    return known[0], known[-1]


def _told(name: str, first: Mapping[str, Any], last: Mapping[str, Any]) -> str:
    verb = "raises" if last["accuracy"] > first["accuracy"] else "does not raise"
    return (
        f"deferring {last['deferred']:.0%} {verb} the accuracy of {name} "
        f"({first['accuracy']:.3f} to {last['accuracy']:.3f})"
    )


def _sets(metrics: Mapping[str, Mapping[str, Any]]) -> list[Block]:
    found = {name: measured["conformal"] for name, measured in metrics.items()}
    rows = [_set(name, conformal["splits"][Split.TEST]) for name, conformal in found.items()]
    reasons = [
        f" {name} allows a class always: {conformal['reason']}."
        for name, conformal in found.items()
        if conformal["reason"]
    ]
    text = (
        "A conformal set names every class that a score allows. Fitted on validation, it promises "
        "to hold the true class for a given share of each class, as long as new radiographs are "
        "like those. A set of both, or of neither, is one for a human."
    )
    return [
        Heading("Sets with a promised coverage"),
        Paragraph(text + "".join(reasons)),
        Table(SETS, rows, _kept_promise(found), dict.fromkeys(SETS[1:], ".1%")),
    ]


def _set(name: str, test: Mapping[str, Any]) -> list[Cell]:
    covered = [estimate_cell(test[label]) for label in (Label.PNEUMONIA, Label.NORMAL)]
    return [name, *covered, *(float(test[key]) for key in ("one", "both", "neither"))]


def _kept_promise(found: Mapping[str, Mapping[str, Any]]) -> str:
    promised = next(iter(found.values()))["promised"]
    broken = [
        f"{name} on {label} ({covered['value']:.1%})"
        for name, conformal in found.items()
        for label in Label
        for covered in [conformal["splits"][Split.TEST][label]]
        if covered["high"] is not None and covered["high"] < promised
    ]
    if not broken:
        return f"Promised: {promised:.0%}. No interval on test lies below the promise."
    return (
        f"Promised: {promised:.0%}. Test breaks the promise for {joined(broken)}: its radiographs "
        "are not like those of validation, so fit the sets on local ones before relying on them."
    )
