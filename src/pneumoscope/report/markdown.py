"""A page as Markdown: text and tables, without figures."""

from collections.abc import Iterator, Sequence

import pneumoscope
from pneumoscope.report.blocks import (
    Block,
    Bullets,
    Code,
    Figure,
    Gallery,
    Heading,
    Note,
    Paragraph,
    Part,
    Table,
)
from pneumoscope.report.cells import Shown
from pneumoscope.report.page import Page

SYNTHETIC = (
    "**Synthetic radiographs.** They are phantoms made by the project; the figures say nothing "
    "about patients."
)


def render_markdown(page: Page) -> str:
    """Return the page as Markdown, with `pneumoscope.NOTICE` on top.

    Figures are left out: pass sections without them.
    """
    parts = [f"# {page.title}", f"> **{pneumoscope.NOTICE}**"]
    if page.synthetic:
        parts.append(f"> {SYNTHETIC}")
    if page.flaws:
        parts += ["> **The split protocol flatters these results.**", _bullets(page.flaws)]
    if page.summary:
        parts.append(_bullets(page.summary))
    for section in page.sections:
        parts.append(f"## {section.title}")
        for block in section.blocks:
            parts += _block(block)
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield text
        case Heading(text):
            yield f"### {text}"
        case Bullets(items):
            yield _bullets(items)
        case Note(text, items, warns):
            yield f"**{text}**" if warns else text
            if items:
                yield _bullets(items)
        case Code(text):
            yield f"```python\n{text}\n```"
        case Table():
            yield from _table(block)
        case Part(name, blocks):
            yield f"### {name}"
            for inner in blocks:
                yield from _block(inner)
        case Figure() | Gallery():
            raise ValueError(f"expected blocks without figures, received {type(block).__name__}")


def _bullets(items: Sequence[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(table: Table) -> Iterator[str]:
    rules = ["---:" if numeric else "---" for _, numeric in table.columns]
    rows = [[_cell(cell) for cell in row] for row in table.shown]
    yield "\n".join(_row(row) for row in [list(table.header), rules, *rows])
    if table.caption:
        yield table.caption
    for reason in table.reasons:
        yield f"n/a: {reason}."


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _cell(cell: Shown) -> str:
    text = cell.text or ", ".join(text for text, _ in cell.links)
    return f"{text} ({cell.detail})" if cell.detail else text
