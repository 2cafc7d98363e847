"""Pages from figures and tables."""

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import (
    Bullets,
    Code,
    Figure,
    Gallery,
    Heading,
    Note,
    Paragraph,
    Part,
    Section,
    Table,
    table_of,
)
from pneumoscope.report.cells import Links
from pneumoscope.report.page import Page, render_page

__all__ = [
    "Bullets",
    "Code",
    "Estimate",
    "Figure",
    "Gallery",
    "Heading",
    "Links",
    "Note",
    "Page",
    "Paragraph",
    "Part",
    "Section",
    "Table",
    "render_page",
    "table_of",
]
