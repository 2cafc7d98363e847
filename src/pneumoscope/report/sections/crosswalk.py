"""Which items of the reporting guidelines are answered, and where."""

from collections.abc import Sequence

from pneumoscope.counts import counted
from pneumoscope.report.blocks import Paragraph, Section, Table
from pneumoscope.report.cells import Cell, Links
from pneumoscope.report.crosswalk import Guideline, Item, Status
from pneumoscope.report.prose import prose

TITLE = "Answers to reporting guidelines"
HEADER = ["item", "asks for", "status", "where", "answer or reason"]


def crosswalk_section(guidelines: Sequence[Guideline]) -> Section:
    """Return the count of items by status, and each guideline item by item, folded."""
    rows: list[list[Cell]] = [
        [g.name, g.about, len(g.items), *(g.count(status) for status in Status)] for g in guidelines
    ]
    header = ["guideline", "for", "items", *Status]
    counts = Table(header, rows, _conclusion(guidelines))
    return Section(TITLE, [Paragraph(prose("crosswalk")), counts, *map(_table, guidelines)])


def _conclusion(guidelines: Sequence[Guideline]) -> str:
    answered, in_part, left = (
        sum(guideline.count(status) for guideline in guidelines)
        for status in (Status.ANSWERED, Status.IN_PART, Status.USER)
    )
    total = sum(len(guideline.items) for guideline in guidelines)
    return (
        f"{answered} of {counted(total, 'item')} are answered, {in_part} in part; {left} wait for "
        "what only you know, such as funding, ethics and a second hospital."
    )


def _table(guideline: Guideline) -> Table:
    rows = [_row(item) for item in guideline.items]
    caption = f"{guideline.name} item by item ({guideline.source})"
    return Table(HEADER, rows, caption, folded=True)


def _row(item: Item) -> list[Cell]:
    return [item.item, item.topic, str(item.status), Links(item.where), item.answer]
