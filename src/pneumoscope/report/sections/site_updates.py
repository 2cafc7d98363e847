"""What an update of a model at each site is worth, and from how many films on."""

from collections.abc import Iterator, Mapping

import pandas as pd

from pneumoscope.external.records import SiteMetrics
from pneumoscope.external.updates.records import SiteUpdate, Worth
from pneumoscope.external.updates.verdicts import (
    curve_sentence,
    doubts,
    effect,
    reading_sentence,
    update_sentence,
)
from pneumoscope.naming import Recalibration
from pneumoscope.plots.png import png_bytes
from pneumoscope.plots.site_updates import PANELS, plot_site_updates
from pneumoscope.report.blocks import Block, Bullets, Figure, Note, Paragraph, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose


def update_sentences(found: Mapping[str, SiteMetrics]) -> list[str]:
    """Say of one model, site by site, whether an update is shown to help, and how it is used."""
    updates = _updates(found).values()
    return [
        sentence
        for one in updates
        for sentence in (update_sentence(one), reading_sentence(one), curve_sentence(one))
        if sentence
    ]


def update_blocks(found: Mapping[str, SiteMetrics]) -> Iterator[Block]:
    """Yield what an update of one model is worth at each site; nothing where none was tried.

    Args:
        found: Site to what was measured of the model there.
    """
    updates = _updates(found)
    if not updates:
        return
    yield Paragraph(prose("site_updates"))
    yield Bullets(update_sentences(found))
    if told := [doubt for one in updates.values() for doubt in doubts(one)]:
        yield Note("What could mislead", told, warns=True)
    curves = {site: _curve(one) for site, one in updates.items() if one.curve}
    if curves:
        alt = "Brier score, sensitivity and specificity against the films of an update."
        figure = png_bytes(plot_site_updates(curves))
        yield Figure(figure, prose("site_updates_figure"), alt)
        yield _table(updates)


def _updates(found: Mapping[str, SiteMetrics]) -> dict[str, SiteUpdate]:
    return {site: one.update for site, one in found.items() if one.update is not None}


def _curve(update: SiteUpdate) -> pd.DataFrame:
    return pd.DataFrame([_point(worth) for worth in update.curve])


def _point(worth: Worth) -> dict[str, float | None]:
    point: dict[str, float | None] = {"films": worth.radiographs}
    for measure in PANELS:
        change = getattr(worth, measure)
        point |= {measure: change.after.value, f"{measure}_before": change.before.value}
        point |= {f"{measure}_{end}": getattr(change.after, end) for end in ("low", "high")}
    return point


def _table(updates: Mapping[str, SiteUpdate]) -> Table:
    rows: list[list[Cell]] = [
        [
            site,
            round(worth.radiographs),
            round(worth.patients),
            *(worth.methods.get(method, 0.0) for method in Recalibration),
            worth.kept,
            *(getattr(worth, measure).difference for measure in PANELS),
            effect(worth, len(update.curve)).value,
        ]
        for site, update in updates.items()
        for worth in update.curve
    ]
    methods = ["no recalibration", *(method.value for method in list(Recalibration)[1:])]
    header = [
        "site", "films", "patients", *methods, "nothing fitted",
        *("Brier score" if measure == "brier" else measure for measure in PANELS), "update",
    ]  # fmt: skip
    return Table(header, rows, prose("site_updates_table"), folded=True)
