"""Decision curves: at which threshold probabilities a model is worth acting on."""

from collections.abc import Mapping, Sequence

from pneumoscope.evaluation.decision_curves import excess, ranges
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import DecisionCurve, DecisionCurves, ModelMetrics
from pneumoscope.report.blocks import Block, Bullets, Figure, Paragraph, Part, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined

TITLE = "Decision curves"
SHOWN = (0.05, 0.1, 0.2, 0.3, 0.5)
"""Threshold probabilities of the table."""


def decision_curves_section(
    metrics: Mapping[str, ModelMetrics], ranking: Sequence[str], figure: bytes | None = None
) -> Section:
    """Return what acting on the model in view is worth, the figure, and the table of all.

    Args:
        metrics: Model to its metrics.
        ranking: The models, the one in view first.
        figure: PNG of the curves, or None to leave it out.
    """
    known = [name for name in ranking if name in metrics]
    first, *others = [(name, metrics[name].decision_curves) for name in known]
    blocks: list[Block] = [
        Bullets(in_words(*first)),
        Paragraph(prose("decision_curves"), method=True),
    ]
    if figure is not None:
        alt = "Net benefit against the threshold probability, a panel for each prevalence."
        caption = prose("decision_curves_figure", model=first[0])
        blocks.append(Figure(figure, caption, alt))
    blocks += [Part(name, [Bullets(in_words(name, found))]) for name, found in others]
    return Section(TITLE, [*blocks, _table(dict([first, *others]))])


def in_words(name: str, found: DecisionCurves) -> list[str]:
    """Say where a model is shown to be worth more than both policies, alike prevalences at once."""
    if not found.curves:
        return [f"{name}: no decision curve, for {found.reason}."]
    alike: dict[str, list[str]] = {}
    for share, curve in found.curves.items():
        said = _worth(name, float(share), curve)
        alike.setdefault(said, []).append(f"{float(share):.0%}")
    return [f"Where {_either(shares)} show pneumonia, {said}." for said, shares in alike.items()]


def _either(shares: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(shares[:-1]), shares[-1]]))


def _worth(name: str, prevalence: float, curve: DecisionCurve) -> str:
    bounds = [one.bounds for one in excess(curve, prevalence)]
    if not any(bounds):
        reason = next((one.reason for one in curve.net_benefit if one.reason), "no interval")
        return f"what acting on {name} is worth cannot be told: {reason}"
    start = f"acting on {name} is"
    better = _spans(curve, [pair is not None and pair[0] > 0 for pair in bounds])
    worse = _spans(curve, [pair is not None and pair[1] < 0 for pair in bounds])
    ends = f"{curve.thresholds[0]:.0%} to {curve.thresholds[-1]:.0%}"
    sentence = (
        f"{start} shown to be worth more than treating all and than treating nobody {better} of "
        "threshold probability"
        if better
        else f"{start} not shown to be worth more than both treating all and treating nobody at "
        f"any threshold probability that was tried ({ends})"
    )
    less = f"; shown to be worth less than the better of the two {worse}" if worse else ""
    return f"{sentence}{less}"


def _spans(curve: DecisionCurve, held: Sequence[bool]) -> str:
    found = ranges(curve.thresholds, held)
    return joined([f"at {a:.0%}" if a == b else f"from {a:.0%} to {b:.0%}" for a, b in found])


def _table(found: Mapping[str, DecisionCurves]) -> Table:
    rows: list[list[Cell]] = [
        [name, float(share), *_cells(curve)]
        for name, curves in found.items()
        for share, curve in curves.curves.items()
    ]
    header = ["model", "show pneumonia", *(f"at {share:.0%}" for share in SHOWN)]
    formats = {header[1]: ".0%", **dict.fromkeys(header[2:], ".1f")}
    return Table(header, rows, prose("decision_curves_table"), formats, folded=True)


def _cells(curve: DecisionCurve) -> list[Estimate]:
    at = dict(zip(curve.thresholds, curve.net_benefit, strict=True))
    missing = Estimate(None, reason="not measured at this threshold probability")
    return [at.get(share, missing).scaled(100) for share in SHOWN]
