"""A page as one self-contained HTML file, or as Markdown."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import pneumoscope
from pneumoscope.report.blocks import Cards, Figure, Flow, Gallery, Section, Thumbnails, flattened
from pneumoscope.report.pictures import Embedded, embedded


@dataclass(frozen=True)
class Page:
    """What a report says.

    Attributes:
        title: Headline.
        sections: Shown and listed in this order.
        synthetic: What is synthetic, which the page then says on top; empty where nothing is.
        flaws: Sentences on the optimistic bias of the split protocol; empty without one.
        summary: The main conclusions, one sentence each.
        sortable: Whether a click sorts a table, by a script within the page.
    """

    title: str
    sections: Sequence[Section]
    synthetic: str
    flaws: Sequence[str] = ()
    summary: Sequence[str] = ()
    sortable: bool = False

    def __post_init__(self) -> None:
        """Refuse two sections that a link could not tell apart."""
        repeated = [name for name, n in Counter(s.anchor for s in self.sections).items() if n > 1]
        if repeated:
            raise ValueError(f"expected section titles that differ, received twice: {repeated}")


def render_page(page: Page) -> str:
    """Return the page as HTML with its style and figures inside: no other file, no network.

    All text is escaped. The notice `pneumoscope.NOTICE` stands on every page.
    """
    return _render("report.html", page)


def render_markdown(page: Page) -> str:
    """Return the page as Markdown, with the notice on top.

    Raises:
        ValueError: If the page holds a figure, which Markdown cannot embed.
    """
    blocks = [block for section in page.sections for block in flattened(section.blocks)]
    pictures = (Figure, Gallery, Cards, Thumbnails, Flow)
    drawn = [type(block).__name__ for block in blocks if isinstance(block, pictures)]
    if drawn:
        raise ValueError(f"expected blocks without figures, received {drawn[0]}")
    return _render("page.md", page)


def _embedding(page: Page) -> Callable[[bytes], Embedded]:
    """Give `embedded`, each figure of the page compressed once and on all cores."""
    embed = cache(embedded)
    blocks = (block for section in page.sections for block in flattened(section.blocks))
    figures = dict.fromkeys(block.png for block in blocks if isinstance(block, Figure))
    with ThreadPoolExecutor() as cores:
        list(cores.map(embed, figures))
    return embed


def breakable(text: str) -> Markup:
    """Return a text as HTML that may break after each slash and underscore of a file's name."""
    escaped = Markup.escape(text)
    for mark in "/_":
        escaped = escaped.replace(mark, Markup(f"{mark}<wbr>"))
    return escaped


def _render(template: str, page: Page) -> str:
    environment = Environment(
        loader=PackageLoader("pneumoscope.report"),
        autoescape=template.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["embedded"] = _embedding(page)
    environment.filters["breakable"] = breakable
    return environment.get_template(template).render(
        page=page, notice=pneumoscope.NOTICE, version=pneumoscope.__version__
    )
