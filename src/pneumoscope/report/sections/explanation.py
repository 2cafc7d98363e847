"""Attribution maps, and how far they can be trusted."""

from collections.abc import Iterable, Mapping

from pneumoscope.counts import counted
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import widened
from pneumoscope.explanation.records import Explanations, SanityCheck
from pneumoscope.naming import Label
from pneumoscope.report.blocks import (
    Block,
    Bullets,
    Figure,
    Paragraph,
    Part,
    Section,
    Table,
)
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose, sentences
from pneumoscope.report.wording import joined

HEADER = ["model", "map", "cells", "|rank correlation|, untrained", "outside the centre, NORMAL",
          "outside the centre, PNEUMONIA", "evenly spread"]  # fmt: skip
COARSE = 3
"""Enlarged to the radiograph, a map of fewer cells a side puts the same share everywhere."""
_FORMATS = (".0%", ".1%", ".2%", ".3%")
"""Of shares; beyond the last nothing that matters is told apart."""
_EVEN = "an even spread would put there"
CASES = ["model", "outcome", "choice", "radiograph", "score", "outside the centre"]


def explanation_section(
    explanations: Mapping[str, Explanations],
    attribution: Mapping[str, bytes],
    activations: Mapping[str, bytes],
) -> Section:
    """Return sanity checks of each model's maps, the maps, and activations of its layers.

    Args:
        explanations: Model to what its maps are.
        attribution: Model to the PNG of its maps; one left out is not shown.
        activations: Model to the PNG of its channels; one left out is not shown.
    """
    blocks: list[Block] = [Paragraph(prose("explanation")), _trust(explanations)]
    for name, found in explanations.items():
        drawn = []
        if name in attribution:
            alt = f"Films of each outcome of {name} and maps of what spoke for the decision."
            drawn.append(Figure(attribution[name], _map_caption(name, found), alt))
        if name in activations:
            alt = f"Activations of the layers of {name} for a film of each class."
            caption = prose("layer_figure", model=name, units=found.layer is None)
            drawn.append(Figure(activations[name], caption, alt))
        if drawn:
            blocks.append(Part(name, drawn, where_in_words(found)))
    blocks += [
        _cases(explanations),
        Part("What maps cannot tell", [Bullets(sentences("limits_of_maps"))], folded=True),
    ]
    return Section("Attribution maps of the models", blocks)


def _trust(explanations: Mapping[str, Explanations]) -> Table:
    rows = [_row(name, found) for name, found in explanations.items()]
    caption = f"{_verdicts(explanations)} {prose('trust_in_maps')}"
    shares = dict.fromkeys(HEADER[4:], _apart(explanations.values()))
    return Table(HEADER, rows, caption, {**shares, HEADER[3]: ".2f"})


def _apart(explanations: Iterable[Explanations]) -> str:
    """Give a format with which no end of an interval looks like the even share beside it."""
    beside = [
        (end, found.outside.even_share)
        for found in explanations
        for part in found.outside.classes.values()
        for end in part.share.bounds or ()
    ]
    differ = (one for one in _FORMATS if all(format(a, one) != format(b, one) for a, b in beside))
    return next(differ, _FORMATS[-1])


def _verdicts(explanations: Mapping[str, Explanations]) -> str:
    wording = {
        True: "Maps of {} change when the weights are drawn anew, as they must.",
        False: "Do not read the maps of {}: untrained models give much the same.",
        None: "Whether the maps of {} change with the weights is not known.",
    }
    passed = {name: found.sanity.passed for name, found in explanations.items()}
    named = {verdict: [n for n, found in passed.items() if found is verdict] for verdict in wording}
    return " ".join(wording[verdict].format(joined(n)) for verdict, n in named.items() if n)


def sanity_verdict(sanity: SanityCheck) -> str:
    """Say of the maps of one model whether they change with the weights."""
    if sanity.passed is None:
        return "not known: in every comparison one of the two maps is the same everywhere"
    if sanity.passed:
        return "the map changes with the weights"
    return "an untrained model gives much the same map, so it shows the radiograph, not the reasons"


def _row(name: str, found: Explanations) -> list[Cell]:
    sanity, outside = found.sanity, found.outside
    alike = Estimate(sanity.similarity, sanity.lowest, sanity.highest, sanity_verdict(sanity))
    shares = [outside.classes[label].share for label in Label]
    return [name, found.method, _cells(found), alike, *shares, outside.even_share]


def _cells(found: Explanations) -> str:
    return "\u00a0×\u00a0".join(str(side) for side in found.map_size)


def _map_caption(name: str, found: Explanations) -> str:
    sanity = found.sanity
    start = f"{name}, {found.method}: {sanity_verdict(sanity)}"
    if sanity.similarity is not None:
        start += f" (absolute rank correlation with untrained models {sanity.similarity:.2f})"
    missing = [f" No {outcome}: {reason}." for outcome, reason in found.missing.items()]
    legend = prose("map_figure", by_gradient=found.layer is None)
    return f"{start}. {where_in_words(found)}{''.join(missing)} {legend}"


def where_in_words(found: Explanations) -> str:
    """Say on which classes attribution is shown to lie outside the centre or within it.

    Args:
        found: What the maps of a model are.
    """
    if min(found.map_size) < COARSE:
        return (
            f"Maps of {_cells(found)} cells are too coarse to tell the centre from the border: let "
            "the model see larger films."
        )
    even, classes = found.outside.even_share, found.outside.classes
    # Whichever class differs is named.
    bounds = {label: widened(part.share, len(classes)).bounds for label, part in classes.items()}
    known = {label: pair for label, pair in bounds.items() if pair is not None}
    if not known:
        return "Where attribution lies cannot be told: there is no interval."
    more = [label for label, (low, _) in known.items() if low > even]
    less = [label for label, (_, high) in known.items() if high < even]
    if more:
        return (
            f"On {joined(more)} more attribution lies outside the centre than {_EVEN}: look for "
            "markers, edges and positioning before you trust the scores."
        )
    if len(less) == len(classes):
        return f"On both classes less attribution lies outside the centre than {_EVEN}."
    if less:
        return f"On {joined(less)} alone less attribution lies outside the centre than {_EVEN}."
    return f"Neither more nor less attribution is shown to lie outside the centre than {_EVEN}."


def _cases(explanations: Mapping[str, Explanations]) -> Table:
    rows: list[list[Cell]] = [
        [name, case.outcome, case.choice, case.radiograph_id, case.score, _outside(case.outside)]
        for name, found in explanations.items()
        for case in found.cases
    ]  # fmt: skip
    caption = f"{counted(len(rows), 'explained film')}, to look up the originals"
    return Table(CASES, rows, caption, {CASES[-1]: ".0%"}, folded=True)


def _outside(share: float | None) -> Cell:
    return Estimate(None, reason="the map is empty") if share is None else share
