"""Deferral: what is gained by handing doubtful radiographs to a human."""

from collections.abc import Mapping

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import (
    Conformal,
    ConformalCoverage,
    DeferralZone,
    ModelMetrics,
    ZoneOutcome,
)
from pneumoscope.evaluation.thresholds.deferral import judge_gain
from pneumoscope.evaluation.verdict import MARGIN, Verdict, difference, judge_excess
from pneumoscope.naming import Consequence, Label, Split
from pneumoscope.report.blocks import Block, Figure, Heading, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.folding import MANY
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import extremes, joined, moved

ZONES = ["architecture", "share to defer", "zone", "deferred on test", "accuracy on the rest",
         "sensitivity", "specificity"]  # fmt: skip
SETS = [
    "architecture",
    "coverage of PNEUMONIA",
    "coverage of NORMAL",
    "one answer",
    "both",
    "neither",
]
LONG = 20
"""A table of more rows than this is folded; the figure shows the same."""
_CLASSES = len(Label)
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
    shares = (ZONES[1], *ZONES[3:])
    blocks: list[Block] = [Paragraph(prose("grey_zone"))]
    if figure is not None:
        alt = "Accuracy on the rest against the share handed to a human."
        blocks.append(Figure(figure, _gain(zones), alt))
    formats = dict.fromkeys(shares, ".1%")
    blocks.append(Table(ZONES, rows, prose("grey_zone_table"), formats, len(rows) > LONG))
    return Section("Deferral of doubtful cases to a human", [*blocks, *_sets(metrics)])


def _zone(name: str, share: str, zone: DeferralZone) -> list[Cell]:
    test = zone.splits[Split.TEST]
    zone_text = "none" if zone.low is None else f"{zone.low:.3f}–{zone.high:.3f}"
    kept = [test.consequences[key] for key in KEPT]
    return [name, float(share), zone_text, test.deferred, *kept]


def _gain(zones: Mapping[str, Mapping[str, DeferralZone]]) -> str:
    found = {name: part for name, zone in zones.items() if (part := _widest(zone)) is not None}
    if not found:
        return "No architecture has an accuracy both with and without a grey zone."
    start = "On test, "
    if len(found) > MANY:
        gains = {name: part.gain.value or 0.0 for name, part in found.items()}
        found = {name: found[name] for name in extremes(gains)}
        start = "Of all models on test, those that gain most and least: "
    shown = joined([_gain_in_words(name, part) for name, part in found.items()])
    return f"{start}{shown}. Where the curve stays flat, scores do not tell which are doubtful."


def _widest(found: Mapping[str, DeferralZone]) -> ZoneOutcome | None:
    """Return what the widest zone does on test that leaves something to decide."""
    tested = [zone.splits[Split.TEST] for zone in found.values()]
    known = [part for part in tested if part.deferred > 0 and part.gain.value is not None]
    return known[-1] if known else None


def _gain_in_words(name: str, part: ZoneOutcome) -> str:
    after, gain = part.consequences[Consequence.ACCURACY].value, part.gain
    assert after is not None and gain.value is not None
    return (
        f"deferring {part.deferred:.0%} {_effect(gain)} of {name} "
        f"({decimal(after - gain.value)} to {decimal(after)}; {moved(gain)})"
    )


def _effect(gain: Estimate) -> str:
    match judge_gain(gain):
        case Verdict.SHOWN:
            return "raises the accuracy" if (gain.value or 0) > 0 else "lowers the accuracy"
        case Verdict.SMALL:
            return "hardly changes the accuracy"
    return "is not shown to change the accuracy"


def _sets(metrics: Mapping[str, ModelMetrics]) -> list[Block]:
    found = {name: measured.conformal for name, measured in metrics.items()}
    rows = [_set(name, conformal.splits[Split.TEST]) for name, conformal in found.items()]
    reasons = [
        f" {name} has a class in every set: {conformal.reason}."
        for name, conformal in found.items()
        if conformal.reason
    ]
    return [
        Heading("Conformal sets"),
        Paragraph(prose("conformal_sets") + "".join(reasons)),
        Table(SETS, rows, _kept_promise(found), dict.fromkeys(SETS[1:], ".1%")),
    ]


def _set(name: str, test: ConformalCoverage) -> list[Cell]:
    covered = [test.coverage[label] for label in (Label.PNEUMONIA, Label.NORMAL)]
    return [name, *covered, test.one, test.both, test.neither]


def _kept_promise(found: Mapping[str, Conformal]) -> str:
    promised = next(iter(found.values())).promised
    by_verdict: dict[Verdict, list[str]] = {verdict: [] for verdict in Verdict}
    for name, conformal in found.items():
        for label, covered in conformal.splits[Split.TEST].coverage.items():
            bounds = "" if covered.value is None else f" ({covered})"
            by_verdict[_promise(conformal, label)].append(f"{name} on {label}{bounds}")
    endings = {
        Verdict.SHOWN: "Coverage on test falls short for {}: its radiographs are not like those of "
        "validation, so fit the sets on local ones before relying on them.",
        Verdict.SMALL: f"Reached on test, or missed by less than {MARGIN:g}: {{}}.",
        Verdict.OPEN: "Whether test reaches it cannot be told for {}.",
    }
    verdicts = [
        ending.format(joined(by_verdict[v])) for v, ending in endings.items() if by_verdict[v]
    ]
    return " ".join([f"Nominal coverage: {promised:.0%}.", *verdicts])


def _promise(found: Conformal, label: Label) -> Verdict:
    """Judge whether test falls short of the promise, and of what validation covers.

    The promise is one over all validations that might have been; below it by the luck of this
    one, test breaks nothing.
    """
    covered = found.splits[Split.TEST].coverage[label]
    missing = covered.mapped(lambda share: found.promised - share)
    verdict = judge_excess(missing, MARGIN, _CLASSES)
    if verdict is not Verdict.SHOWN:
        return verdict
    if Split.VALIDATION not in found.splits:
        return Verdict.OPEN
    lost = difference(found.splits[Split.VALIDATION].coverage[label], covered)
    return verdict if judge_excess(lost, MARGIN, _CLASSES) is verdict else Verdict.OPEN
