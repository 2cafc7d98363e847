"""A section of many models made short: one stands open, the others open on a click."""

from collections.abc import Sequence
from dataclasses import replace

from pneumoscope.report.blocks import Block, Paragraph, Part, Section

MANY = 3
"""Of more models than this, one stands open."""


def folded(section: Section, ranking: Sequence[str]) -> Section:
    """Return the section with all its parts folded but that of the model ranked first.

    Args:
        section: A section of a page; one of up to `MANY` parts is returned as it is.
        ranking: Models, the best on validation first. Test decides nothing here, not even this.
    """
    names = [block.name for block in section.blocks if isinstance(block, Part)]
    if len(names) <= MANY:
        return section
    opened = next((name for name in ranking if name in names), names[0])
    blocks: list[Block] = []
    for block in section.blocks:
        if isinstance(block, Part):
            if block.name == names[0]:
                blocks.append(Paragraph(_which_stands_open(opened)))
            block = replace(block, folded=block.name != opened)
        blocks.append(block)
    return replace(section, blocks=blocks)


def _which_stands_open(opened: str) -> str:
    return (
        f"Below, {opened} stands open, which validation ranks first of these; the others open on "
        "a click."
    )
