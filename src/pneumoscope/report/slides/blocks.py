"""What a slide is made of: one sentence, and one thing to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from pneumoscope.report.frequencies import Frequency


@dataclass(frozen=True)
class Points:
    """A few short sentences."""

    items: Sequence[str]


@dataclass(frozen=True)
class Numbers:
    """Large numbers, each with its meaning."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Dots:
    """A dot for each of so many, some of them marked; both kinds named below."""

    marked: Frequency
    marked_name: str
    rest_name: str


@dataclass(frozen=True)
class Bar:
    """A named share in [0, 1], with its interval where there is one."""

    name: str
    share: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bars:
    """Shares below each other, drawn from 0 to 100 of 100."""

    bars: Sequence[Bar]


@dataclass(frozen=True)
class Picture:
    """A PNG, with large numbers beside it."""

    png: bytes
    numbers: Sequence[tuple[str, str]]


Body = Points | Numbers | Dots | Bars | Picture


@dataclass(frozen=True)
class Slide:
    """One message.

    Attributes:
        part: Problem, data, method, result, what to do or limits.
        title: The message, a whole sentence.
        body: What shows it.
        note: What a careful reader asks for; small.
    """

    part: str
    title: str
    body: Body
    note: str = ""
