"""All errors of the model in view, the most confident first."""

import pandas as pd

from pneumoscope.counts import agreeing, counted
from pneumoscope.decimals import decimal
from pneumoscope.evaluation.errors import IN_ZONE, OUTCOME
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Column, Label, Outcome, Split
from pneumoscope.report.blocks import Block, Paragraph, Part, Section, Thumbnail, Thumbnails
from pneumoscope.report.films import ListedFilms
from pneumoscope.report.prose import prose

TITLE = "Errors on test"
KINDS = {
    Outcome.FALSE_NEGATIVE: ("missed", Label.PNEUMONIA),
    Outcome.FALSE_POSITIVE: ("falsely alarmed", Label.NORMAL),
}


def errors_section(listed: ListedFilms, measured: ModelMetrics) -> Section:
    """Return how many errors there are, and pictures of all, or of the most confident.

    Args:
        listed: The errors of the model in view.
        measured: Its metrics.
    """
    blocks: list[Block] = [Paragraph(_counts(listed, measured))]
    blocks += [
        _part(listed, outcome) for outcome in KINDS if (listed.table[OUTCOME] == outcome).any()
    ]
    return Section(TITLE, blocks)


def _counts(listed: ListedFilms, measured: ModelMetrics) -> str:
    table, name = listed.table, listed.model
    total = measured.splits[Split.TEST].n
    confusion = measured.at_threshold.splits[Split.TEST].confusion
    if table.empty:
        return f"{name} calls all {total:,} test films what they are."
    sick, healthy = confusion.fn + confusion.tp, confusion.fp + confusion.tn
    odd = int(table[Column.OUT_OF_DISTRIBUTION].sum())
    zone = int(table[IN_ZONE].sum())
    flagged = f"{odd:,} of the errors {agreeing(odd, 'is', 'are')}" if odd else "None of them is"
    left = f" {zone:,} of the errors {agreeing(zone, 'lies', 'lie')} in the grey zone." * bool(zone)
    return (
        f"{name} calls {len(table):,} of {counted(total, 'test film')} wrongly: "
        f"{confusion.fn:,} of {sick:,} {Label.PNEUMONIA} missed, {confusion.fp:,} of "
        f"{healthy:,} {Label.NORMAL} falsely alarmed. "
        f"{flagged} flagged as out of distribution.{left} "
        f"{prose('errors', file=f'{name}/errors.csv')}"
    )


def _part(listed: ListedFilms, outcome: Outcome) -> Part:
    rows = listed.table[listed.table[OUTCOME] == outcome]
    shown = rows[rows[Column.RADIOGRAPH_ID].isin(listed.pictures)]
    verb, label = KINDS[outcome]
    films = [_film(row, listed) for row in shown.to_dict("records")]
    return Part(f"{len(rows):,} {label} {verb}", [Thumbnails(films)], how_many(rows, shown), True)


def how_many(rows: pd.DataFrame, shown: pd.DataFrame) -> str:
    """Say whether all of a list are shown, or how many."""
    return "all shown" if len(shown) == len(rows) else f"{len(shown):,} shown"


def _film(row: dict, listed: ListedFilms) -> Thumbnail:
    name = row[Column.RADIOGRAPH_ID]
    pictures = [(listed.pictures[name], "film")]
    if name in listed.maps:
        pictures.append((listed.maps[name], "attribution"))
    facts = [f"score {decimal(row[Column.SCORE])}", str(row[Column.SUBTYPE])]
    if isinstance(row[Column.PSEUDO_SITE], str):
        facts.append(f"pseudo-site {row[Column.PSEUDO_SITE]}")
    if row[Column.OUT_OF_DISTRIBUTION]:
        facts.append("out of distribution")
    if row[IN_ZONE]:
        facts.append("grey zone")
    return Thumbnail(pictures, [facts[0], ", ".join(facts[1:]), name])
