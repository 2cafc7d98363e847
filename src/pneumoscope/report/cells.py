"""The cells of a table: estimates, links and plain values; and as text."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate


@dataclass(frozen=True)
class Links:
    """Places to look: "#anchor" of this page, shown as its title, or words such as a file."""

    places: Sequence[str]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Each place as its text and what it links to, nothing for what lies elsewhere."""
        return [
            (place[1:].replace("-", " ").capitalize(), place) if place[0] == "#" else (place, "")
            for place in self.places
        ]


Cell = str | int | float | bool | Estimate | Links | None


@dataclass(frozen=True)
class Shown:
    """A cell as text or links: a detail to go below it, or the reason why there is no value."""

    text: str
    detail: str = ""
    reason: str = ""
    numeric: bool = False
    links: Sequence[tuple[str, str]] = ()


NO_REASON = "no value was recorded"


def show(cell: Cell, number_format: str = "") -> Shown:
    """Return a cell as text; an undefined one becomes "n/a" with its reason, never a number.

    Args:
        cell: The value; NaN counts as None.
        number_format: A format for numbers, such as ".3f"; by default counts get thousands
            separators and other numbers three digits, or as many as `decimal` needs.
    """
    if isinstance(cell, Estimate) and cell.value is None:
        return Shown("n/a", reason=cell.reason or NO_REASON)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return Shown("n/a", reason=NO_REASON)
    if isinstance(cell, bool):
        return Shown("yes" if cell else "no")
    if isinstance(cell, str):
        return Shown(cell)
    if isinstance(cell, Links):
        return Shown("", links=cell.shown)
    number_format = number_format or ("," if isinstance(cell, int) else ".3f")
    if isinstance(cell, Estimate):
        assert cell.value is not None
        text = decimal(cell.value, number_format)
        return Shown(text, _range(cell, number_format), numeric=True)
    return Shown(decimal(cell, number_format), numeric=True)


def _range(cell: Estimate, number_format: str) -> str:
    if cell.low is None or cell.high is None:
        return ""
    return " to ".join(decimal(end, number_format) for end in (cell.low, cell.high))
