"""What a page is made of: figures, tables, notes and sections."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import pandas as pd

from pneumoscope.report.cells import Cell, Shown, show


@dataclass(frozen=True)
class Paragraph:
    """Plain text; `method` marks what says how something is measured, and not what came of it."""

    text: str
    method: bool = False
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[str]
    kind: ClassVar[str] = "bullets"


@dataclass(frozen=True)
class Note:
    """A sentence set apart, with a list below it; `warns` marks what no reader may miss."""

    text: str
    items: Sequence[str] = ()
    warns: bool = False
    kind: ClassVar[str] = "note"


@dataclass(frozen=True)
class Figure:
    """A PNG with a caption that says what to conclude and a text for those who cannot see it."""

    png: bytes
    caption: str
    alt: str
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Gallery:
    """Figures of one kind, side by side where there is room."""

    figures: Sequence[Figure]
    kind: ClassVar[str] = "gallery"


@dataclass(frozen=True)
class Table:
    """Rows under a header; a folded table opens on a click and is always printed.

    Attributes:
        header: Column names.
        rows: Cells, as many a row as the header has names.
        caption: What to conclude, or what the rows are.
        formats: Column name to a number format.
        folded: True for long lists that few readers need.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    formats: Mapping[str, str] = field(default_factory=dict)
    folded: bool = False
    kind: ClassVar[str] = "table"

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the header."""
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(
                    f"expected {len(self.header)} cells a row for the header "
                    f"{list(self.header)}, received {len(row)}: {list(row)}"
                )

    # Templates ask for these once a cell.
    @cached_property
    def shown(self) -> list[list[Shown]]:
        """The rows as text."""
        formats = [self.formats.get(name, "") for name in self.header]
        return [[show(*pair) for pair in zip(row, formats, strict=True)] for row in self.rows]

    @cached_property
    def columns(self) -> list[tuple[str, bool]]:
        """Each name of the header, and whether numbers stand below it, known or not."""
        columns = zip(*self.shown, strict=True) if self.rows else [()] * len(self.header)
        return [
            (name, any(cell.numeric for cell in column) or _unknown(column))
            for name, column in zip(self.header, columns, strict=True)
        ]

    @property
    def reasons(self) -> list[str]:
        """The distinct reasons behind "n/a", in the order of the rows."""
        return list(dict.fromkeys(cell.reason for row in self.shown for cell in row if cell.reason))


def _unknown(column: Sequence[Shown]) -> bool:
    return bool(column) and all(cell.reason for cell in column)


@dataclass(frozen=True)
class Code:
    """Lines of a program, or a command."""

    text: str
    language: str = "python"
    kind: ClassVar[str] = "code"


@dataclass(frozen=True)
class Card:
    """One film with what was predicted of it.

    Attributes:
        title: Its name.
        verdict: What it is called.
        warns: Whether the verdict is one to look at first.
        pictures: PNGs, side by side, each with a text that says what it shows.
        flags: Words that set it apart from others.
        facts: What is known of it, by name.
        remarks: Sentences below.
    """

    title: str
    verdict: str
    warns: bool
    pictures: Sequence[tuple[bytes, str]]
    flags: Sequence[str]
    facts: Sequence[tuple[str, str]]
    remarks: Sequence[str]


@dataclass(frozen=True)
class Cards:
    """Films side by side where there is room."""

    cards: Sequence[Card]
    kind: ClassVar[str] = "cards"


@dataclass(frozen=True)
class Thumbnail:
    """One film among many.

    Attributes:
        pictures: PNGs, side by side, each with a text that says what it shows.
        lines: What is known of it, the most important first.
    """

    pictures: Sequence[tuple[bytes, str]]
    lines: Sequence[str]


@dataclass(frozen=True)
class Thumbnails:
    """Many films, small."""

    films: Sequence[Thumbnail]
    kind: ClassVar[str] = "thumbnails"


@dataclass(frozen=True)
class Box:
    """A number of radiographs, and of what it is made up."""

    title: str
    count: int
    lines: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Level:
    """A step of a flow, and what leaves it there."""

    box: Box
    aside: Box | None = None


@dataclass(frozen=True)
class Flow:
    """Where radiographs went: one level below the other, then into parts, of one into answers.

    Attributes:
        levels: From the first to the last.
        parts: What the last is shared out to.
        title: What the answers are.
        ends: The answers.
    """

    levels: Sequence[Level]
    parts: Sequence[Box]
    title: str
    ends: Sequence[Box]
    kind: ClassVar[str] = "flow"


@dataclass(frozen=True)
class Part:
    """What a section says of one model; a folded part opens on a click and is always printed.

    Attributes:
        name: The model, which is the heading.
        blocks: What stands below it; no parts.
        summary: What a folded part shows without being opened.
        folded: Set by `folding.folded`, which knows all parts of a section, but for parts of text
            that few readers need.
    """

    name: str
    blocks: Sequence["Block"]
    summary: str = ""
    folded: bool = False
    kind: ClassVar[str] = "part"


Block = (
    Paragraph
    | Heading
    | Bullets
    | Note
    | Figure
    | Gallery
    | Table
    | Code
    | Cards
    | Thumbnails
    | Flow
    | Part
)


def flattened(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks in the order of reading, those of a part in place of the part."""
    for block in blocks:
        yield from flattened(block.blocks) if isinstance(block, Part) else (block,)


@dataclass(frozen=True)
class Section:
    """A titled part of a page, listed in its table of contents."""

    title: str
    blocks: Sequence[Block]

    @property
    def anchor(self) -> str:
        """The title as a link target."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def table_of(
    frame: pd.DataFrame,
    caption: str = "",
    formats: Mapping[str, str] | None = None,
    folded: bool = False,
) -> Table:
    """Return a data frame as a table, underscores in column names turned to spaces.

    Args:
        frame: One row a table row; the index is left out.
        caption: What to conclude.
        formats: Column name of the frame to a number format.
        folded: As in `Table`.
    """
    header = [str(name).replace("_", " ") for name in frame.columns]
    # `item` turns numpy scalars into plain numbers, which the cells are typed for.
    rows = [
        [value.item() if hasattr(value, "item") else value for value in row]
        for row in frame.itertuples(index=False, name=None)
    ]
    renamed = {name.replace("_", " "): spec for name, spec in (formats or {}).items()}
    return Table(header, rows, caption, renamed, folded)
