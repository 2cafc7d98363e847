"""A section made short: its conclusion and what shows it first stay open, the rest on a click."""

from collections.abc import Sequence
from dataclasses import replace

from pneumoscope.counts import counted
from pneumoscope.report.blocks import (
    Block,
    Cards,
    Figure,
    Gallery,
    Note,
    Paragraph,
    Part,
    Section,
    Table,
    Thumbnails,
    flattened,
)
from pneumoscope.report.pictures import picture_size

MANY = 3
"""Of more models than this, a sentence gives numbers instead of names."""

FURTHER = "More on this"
HOW = "How it is measured"

LOW = 0.6
"""Height over width up to which a figure stays open."""

SHORT = 6
"""Rows up to which a table does."""


def folded(section: Section) -> Section:
    """Return the section with what details it folded; nothing is lost, and print shows it all.

    What is shown of each model opens on a click, below the conclusion on it. Text stays open, but
    for what only says how something was measured, and with it the first figure or table, if it is
    low; so does every warning.

    Args:
        section: A section of a page.
    """
    blocks = [
        replace(block, folded=True) if isinstance(block, Part) and _is_large(block) else block
        for block in section.blocks
    ]
    place = next((n for n, block in enumerate(blocks) if _is_large(block)), len(blocks))
    place += place < len(blocks) and _is_low(blocks[place])
    first, rest = blocks[:place], blocks[place:]
    methods = [block for block in first if isinstance(block, Paragraph) and block.method]
    first = [block for block in first if block not in methods]
    if not any(map(_is_large, rest)):
        how = [Part(HOW, methods, folded=True)] if methods else []
        return replace(section, blocks=[*first, *rest, *how])
    warned = [block for block in rest if isinstance(block, Note) and block.warns]
    kept = [*methods, *(block for block in rest if block not in warned)]
    more = Part(FURTHER, kept, summary=_contents(kept), folded=True)
    return replace(section, blocks=[*first, *warned, more])


def _is_large(block: Block) -> bool:
    if isinstance(block, Part):
        return not block.folded and any(map(_is_large, block.blocks))
    if isinstance(block, Table):
        return not block.folded
    return isinstance(block, Figure | Gallery | Cards | Thumbnails)


def _is_low(block: Block) -> bool:
    """Tell whether a table, or a figure, leaves room on a screen for what is said of it."""
    if isinstance(block, Figure):
        width, height = picture_size(block.png)
        return height <= LOW * width
    return isinstance(block, Table) and len(block.rows) <= SHORT


def _contents(blocks: Sequence[Block]) -> str:
    """Say what opens: "2 figures, 1 table"."""
    within = list(flattened(blocks))
    figures = sum(
        len(b.figures) if isinstance(b, Gallery) else isinstance(b, Figure) for b in within
    )
    tables = sum(isinstance(block, Table) for block in within)
    kinds = ((figures, "figure"), (tables, "table"))
    return ", ".join(counted(count, kind) for count, kind in kinds if count)
