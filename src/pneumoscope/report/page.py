"""A page as one self-contained HTML file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

import pneumoscope
from pneumoscope.report.blocks import Section
from pneumoscope.report.pictures import embedded


@dataclass(frozen=True)
class Page:
    """What a report says.

    Attributes:
        title: Headline.
        sections: Shown and listed in this order.
        synthetic: True when the radiographs are phantoms; the page then says so on top.
        flaws: Sentences on what the split protocol flatters; empty for an honest one.
        summary: The main conclusions, one sentence each.
    """

    title: str
    sections: Sequence[Section]
    synthetic: bool
    flaws: Sequence[str] = ()
    summary: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse two sections that a link could not tell apart."""
        repeated = [name for name, n in Counter(s.anchor for s in self.sections).items() if n > 1]
        if repeated:
            raise ValueError(f"expected section titles that differ, received twice: {repeated}")


def render_page(page: Page) -> str:
    """Return the page as HTML with its style and figures inside: no other file, no network.

    All text is escaped. The notice `pneumoscope.NOTICE` stands on every page.
    """
    template = _environment().get_template("report.html")
    return template.render(page=page, notice=pneumoscope.NOTICE, version=pneumoscope.__version__)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pneumoscope.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["embedded"] = embedded
    return environment
