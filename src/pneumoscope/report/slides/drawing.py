"""Slides drawn as pages of 16:9, large enough to be read from the last row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import pneumoscope
from pneumoscope.plots.style import INK, MUTED, PAPER
from pneumoscope.report.slides.blocks import Slide
from pneumoscope.report.slides.bodies import draw_body
from pneumoscope.report.slides.lettering import fitted, height_of

WIDTH, HEIGHT = 960.0, 540.0
"""Points: 16:9, the size that presentation programs use."""
LEFT, RIGHT = 54.0, 906.0
TITLE_TOP, FOOT, NOTE_FOOT, BODY_FOOT = 468.0, 24.0, 62.0, 66.0
TITLE_SIZES = (36.0, 34.0, 32.0, 30.0, 28.0, 26.0, 24.0)
TITLE_HEIGHT, NOTE_HEIGHT = 110.0, 64.0
NOTE_SIZES = (15.0, 14.0, 13.0, 12.0)
SPACE = 18.0
SYNTHETIC = "#7b3fa8"


@dataclass(frozen=True)
class Frame:
    """What stands on every page: `number` of `count`, and what is synthetic, if anything is."""

    number: int
    count: int
    synthetic: str


def draw_slides(slides: Sequence[Slide], synthetic: str) -> list[Figure]:
    """Draw each slide with its number and the notice; what is synthetic is named on every one."""
    return [
        _draw(slide, Frame(number, len(slides), synthetic))
        for number, slide in enumerate(slides, start=1)
    ]


def _draw(slide: Slide, frame: Frame) -> Figure:
    figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), facecolor=PAPER)
    _frame(figure, frame)
    _write(figure, LEFT, TITLE_TOP + 18, slide.part.upper(), 15, MUTED, "bold")
    top = _title(figure, slide.title)
    bottom = _note(figure, slide.note) if slide.note else BODY_FOOT
    draw_body(figure, (LEFT, bottom, RIGHT - LEFT, top - bottom), slide.body)
    return figure


def _write(
    figure: Figure, x: float, y: float, text: str, size: float, colour: str, weight: str, **how: Any
) -> None:
    figure.text(
        x / WIDTH, y / HEIGHT, text, fontsize=size, color=colour, fontweight=weight, **how
    )  # fmt: skip


def _title(figure: Figure, title: str) -> float:
    """Write the title and return where it ends."""
    size, paragraphs = fitted([title], TITLE_SIZES, RIGHT - LEFT, TITLE_HEIGHT, "bold")
    text = "\n".join(paragraphs[0])
    _write(figure, LEFT, TITLE_TOP, text, size, INK, "bold", va="top")
    return TITLE_TOP - height_of(paragraphs, size) - SPACE


def _note(figure: Figure, note: str) -> float:
    """Write the note above the footer and return where it begins."""
    size, paragraphs = fitted([note], NOTE_SIZES, RIGHT - LEFT, NOTE_HEIGHT)
    _write(figure, LEFT, NOTE_FOOT, "\n".join(paragraphs[0]), size, MUTED, "normal", va="bottom")
    return NOTE_FOOT + height_of(paragraphs, size) + SPACE


def _frame(figure: Figure, frame: Frame) -> None:
    _write(figure, LEFT, FOOT, pneumoscope.NOTICE, 14, INK, "bold")
    _write(figure, RIGHT, FOOT, f"{frame.number} / {frame.count}", 14, MUTED, "normal", ha="right")
    if frame.synthetic:
        band = Rectangle((0, 1 - 22 / HEIGHT), 1, 22 / HEIGHT, color=SYNTHETIC)
        band.set_transform(figure.transFigure)
        figure.add_artist(band)
        text = f"SYNTHETIC: {frame.synthetic}"
        _write(figure, WIDTH / 2, HEIGHT - 11, text, 13, PAPER, "bold", ha="center", va="center")
