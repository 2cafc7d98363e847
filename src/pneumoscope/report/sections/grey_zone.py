"""What is gained by handing doubtful radiographs to a human."""

from collections.abc import Mapping

from pneumoscope.evaluation.records import (
    Conformal,
    ConformalCoverage,
    DeferralZone,
    ModelMetrics,
    ZoneOutcome,
)
from pneumoscope.naming import Consequence, Label, Split
from pneumoscope.report.blocks import Block, Figure, Heading, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
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


def grey_zone_section(metrics: Mapping[str, ModelMetrics], figure: bytes | None = None) -> Section:
    """Return the zones of each architecture, the figure, and the conformal sets.

    Args:
        metrics: Model to its metrics.
        figure: PNG of accuracy against the share deferred, or None to leave it out.
    """
    zones = {name: measured.grey_zone for name, measured in metrics.items()}
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


def _zone(name: str, share: str, zone: DeferralZone) -> list[Cell]:
    test = zone.splits[Split.TEST]
    zone_text = "none" if zone.low is None else f"{zone.low:.3f}–{zone.high:.3f}"
    kept = [test.consequences[key] for key in KEPT]
    return [name, float(share), zone_text, test.deferred, *kept]


def _gain(zones: Mapping[str, Mapping[str, DeferralZone]]) -> str:
    found = {name: ends for name, zone in zones.items() if (ends := _ends(zone)) is not None}
    if not found:
        return "No architecture has an accuracy both with and without a grey zone."
    if len(found) > MANY:
        gains = {name: _accuracy(last) - _accuracy(first) for name, (first, last) in found.items()}
        found = {name: found[name] for name in extremes(gains)}
        start = "On test, most and least is gained thus: "
    else:
        start = "On test, "
    told = joined([_told(name, *ends) for name, ends in found.items()])
    return f"{start}{told}. Where the curve stays flat, scores do not tell which are doubtful."


def _ends(found: Mapping[str, DeferralZone]) -> tuple[ZoneOutcome, ZoneOutcome] | None:
    """Return test without a zone and with the widest zone that leaves something to decide."""
    tested = [zone.splits[Split.TEST] for zone in found.values()]
    known = [part for part in tested if part.consequences[Consequence.ACCURACY].value is not None]
    if len(known) < 2 or known[0] is not tested[0]:
        return None
    return known[0], known[-1]


def _accuracy(part: ZoneOutcome) -> float:
    value = part.consequences[Consequence.ACCURACY].value
    assert value is not None
    return value


def _told(name: str, first: ZoneOutcome, last: ZoneOutcome) -> str:
    before, after = _accuracy(first), _accuracy(last)
    verb = "raises" if after > before else "does not raise"
    return (
        f"deferring {last.deferred:.0%} {verb} the accuracy of {name} ({before:.3f} to {after:.3f})"
    )


def _sets(metrics: Mapping[str, ModelMetrics]) -> list[Block]:
    found = {name: measured.conformal for name, measured in metrics.items()}
    rows = [_set(name, conformal.splits[Split.TEST]) for name, conformal in found.items()]
    reasons = [
        f" {name} allows a class always: {conformal.reason}."
        for name, conformal in found.items()
        if conformal.reason
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


def _set(name: str, test: ConformalCoverage) -> list[Cell]:
    covered = [test.coverage[label] for label in (Label.PNEUMONIA, Label.NORMAL)]
    return [name, *covered, test.one, test.both, test.neither]


def _kept_promise(found: Mapping[str, Conformal]) -> str:
    promised = next(iter(found.values())).promised
    broken = [
        f"{name} on {label} ({covered.value:.1%})"
        for name, conformal in found.items()
        for label, covered in conformal.splits[Split.TEST].coverage.items()
        if covered.high is not None and covered.high < promised
    ]
    if not broken:
        return f"Promised: {promised:.0%}. No interval on test lies below the promise."
    return (
        f"Promised: {promised:.0%}. Test breaks the promise for {joined(broken)}: its radiographs "
        "are not like those of validation, so fit the sets on local ones before relying on them."
    )
