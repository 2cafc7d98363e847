"""Pages from figures and tables."""

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
from pneumoscope.report.cells import Estimate, Links, Undefined
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
    "Undefined",
    "render_page",
    "table_of",
]
