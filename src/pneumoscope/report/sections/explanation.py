"""What the models look at, and how far that can be believed."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import (
    Block,
    Bullets,
    Figure,
    Heading,
    Paragraph,
    Part,
    Section,
    Table,
)
from pneumoscope.report.cells import Cell
from pneumoscope.report.estimates import estimate_cell
from pneumoscope.report.wording import counted, joined

INTRODUCTION = (
    "For each outcome on test the film nearest the threshold and the most confident one, chosen by "
    "rule and not by looks, beside a map of what spoke for the decision made on it. Maps deserve "
    "doubt: the table tells whether a map changes when the weights are drawn anew, as it must, and "
    "how much of it lies off the lungs."
)
LIMITS = (
    "Grad-CAM and HiResCAM are coarse: one cell of the last feature maps covers many pixels and is "
    "enlarged to the film. They show where, never why, and are no proof: a map on the lungs does "
    "not make a decision right.",
    "Grad-CAM weighs a channel by its mean gradient, which suits a head that averages over places. "
    "A head that flattens its maps weighs every place by itself, and so does HiResCAM.",
    "SmoothGrad shows how strongly a pixel moves the score either way, not whether it spoke for "
    "PNEUMONIA or for NORMAL.",
    "Eight films are anecdotes. Use them to find questions (a marker, a tube, an edge), and test "
    "those on many films: black out, crop, compare.",
)
HEADER = ["model", "map", "cells", "rank correlation, untrained", "off centre, NORMAL",
          "off centre, PNEUMONIA", "evenly spread"]  # fmt: skip
COARSE = 3
"""Enlarged to the film, a map of fewer cells a side puts the same share everywhere."""
CASES = ["model", "outcome", "choice", "radiograph", "score", "off centre"]


def explanation_section(
    explanations: Mapping[str, Mapping[str, Any]],
    attribution: Mapping[str, bytes],
    activations: Mapping[str, bytes],
) -> Section:
    """Return the trust that each model's maps deserve, the maps, and what its layers answer.

    Args:
        explanations: Model to its `explanations.json`.
        attribution: Model to the PNG of its maps; one left out is not shown.
        activations: Model to the PNG of its channels; one left out is not shown.
    """
    blocks: list[Block] = [Paragraph(INTRODUCTION), _trust(explanations)]
    for name, found in explanations.items():
        drawn = []
        if name in attribution:
            alt = f"Films of each outcome of {name} and maps of what spoke for the decision."
            drawn.append(Figure(attribution[name], _map_caption(name, found), alt))
        if name in activations:
            alt = f"What the layers of {name} answer to a film of each class."
            drawn.append(Figure(activations[name], _layer_caption(name, found), alt))
        if drawn:
            blocks.append(Part(name, drawn, _where(found)))
    blocks += [_cases(explanations), Heading("What maps cannot tell"), Bullets(LIMITS)]
    return Section("What do the models look at?", blocks)


def _trust(explanations: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = [_row(name, found) for name, found in explanations.items()]
    caption = (
        f"{_verdicts(explanations)} Below a correlation: its range over films and untrained "
        "models. Off centre is the mean share of attribution outside the central field over a "
        "sample of test, with intervals over patients; evenly spread is what a map without any "
        "preference would have there."
    )
    shares = dict.fromkeys(HEADER[4:], ".0%")
    return Table(HEADER, rows, caption, {**shares, HEADER[3]: ".2f"})


def _verdicts(explanations: Mapping[str, Mapping[str, Any]]) -> str:
    told = {
        True: "Maps of {} change when the weights are drawn anew, as they must.",
        False: "Do not read the maps of {}: untrained models give much the same.",
        None: "Whether the maps of {} show what was learnt is not known.",
    }
    passed = {name: found["sanity"]["passed"] for name, found in explanations.items()}
    named = {verdict: [n for n, found in passed.items() if found is verdict] for verdict in told}
    return " ".join(told[verdict].format(joined(n)) for verdict, n in named.items() if n)


def _row(name: str, found: Mapping[str, Any]) -> list[Cell]:
    sanity, outside = found["sanity"], found["outside"]
    alike: Cell = Estimate(None, reason=sanity["verdict"])
    if sanity["rank_correlation"] is not None:
        alike = Estimate(sanity["rank_correlation"], sanity["lowest"], sanity["highest"])
    shares = [estimate_cell(outside["classes"][label]) for label in ("NORMAL", "PNEUMONIA")]
    return [name, found["method"], _cells(found), alike, *shares, float(outside["even_share"])]


def _cells(found: Mapping[str, Any]) -> str:
    return "\u00a0×\u00a0".join(str(side) for side in found["map_size"])


def _map_caption(name: str, found: Mapping[str, Any]) -> str:
    sanity = found["sanity"]
    start = f"{name}, {found['method']}: {sanity['verdict']}"
    if sanity["rank_correlation"] is not None:
        start += f" (rank correlation with untrained models {sanity['rank_correlation']:.2f})"
    missing = [f" No {outcome}: {reason}." for outcome, reason in found["missing"].items()]
    return (
        f"{start}. {_where(found)}{''.join(missing)} Scores of PNEUMONIA films are "
        "orange, those of NORMAL films blue. Dashed is the central field, with the share of a map "
        f"outside it above. Each map has a scale of its own{_meaning(found)}."
    )


def _meaning(found: Mapping[str, Any]) -> str:
    if found["layer"] is None:
        return "; it shows how strongly a pixel moves the score, either way"
    return "; an empty one found nothing that spoke for the decision"


def _where(found: Mapping[str, Any]) -> str:
    if min(found["map_size"]) < COARSE:
        return (
            f"Maps of {_cells(found)} cells are too coarse to tell the centre from the border: let "
            "the model see larger films."
        )
    outside = found["outside"]
    even = outside["even_share"]
    known = {
        label: measured
        for label, measured in outside["classes"].items()
        if measured["low"] is not None
    }
    off = [label for label, measured in known.items() if measured["low"] > even]
    on = [label for label, measured in known.items() if measured["high"] < even]
    if off:
        return (
            f"On {joined(off)} films more attribution lies off centre than an even spread would "
            "put there: look for markers, edges and positioning before you trust the scores."
        )
    if len(on) == len(outside["classes"]):
        return "On both classes attribution gathers in the centre, where lungs are."
    if on:
        return f"Only on {joined(on)} films does attribution gather in the centre, where lungs are."
    return "Attribution does not gather in the centre more than an even spread would."


def _layer_caption(name: str, found: Mapping[str, Any]) -> str:
    if found["layer"] is None:
        return (
            f"{name}: the units of the first layer with the largest weights. Orange pixels raise a "
            "unit, blue ones lower it. Shapes of lungs or ribs were learnt; even noise is left "
            "from the random start."
        )
    return (
        f"{name}: the channels that vary most, the same below both films and on one scale. First "
        "layers answer to edges and brightness, later ones to fewer and larger regions. A channel "
        "that lights up outside the body, or on letters, is a shortcut to follow up; one that is "
        "dark on both films says nothing here."
    )


def _cases(explanations: Mapping[str, Mapping[str, Any]]) -> Table:
    rows: list[list[Cell]] = [
        [name, *(str(case[key]) for key in ("outcome", "choice", "radiograph_id")),
         float(case["score"]), _off(case["outside"])]
        for name, found in explanations.items()
        for case in found["cases"]
    ]  # fmt: skip
    told = f"{counted(len(rows), 'explained film')}, to look up the originals"
    return Table(CASES, rows, told, {"off centre": ".0%"}, folded=True)


def _off(share: float | None) -> Cell:
    return Estimate(None, reason="the map is empty") if share is None else float(share)
