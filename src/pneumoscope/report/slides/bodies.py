"""What a slide shows below its title, one function for each kind."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.patches import Rectangle

from pneumoscope.naming import Label
from pneumoscope.plots.style import GRID, INK, LABEL_COLOURS, MUTED, PAPER
from pneumoscope.report.frequencies import frequency
from pneumoscope.report.slides.blocks import Bar, Bars, Body, Dots, Numbers, Picture, Points
from pneumoscope.report.slides.lettering import GAP, LINE, fitted, text_width

Box = tuple[float, float, float, float]
"""Left, bottom, width and height in points."""

POINT_SIZES = (28.0, 26.0, 24.0, 22.0, 20.0, 18.0, 16.0)
MEANING_SIZES = (24.0, 22.0, 20.0, 18.0)
NUMBER_SIZE, LABEL_SIZE, NAME_SIZE, TICK_SIZE = 44.0, 24.0, 20.0, 16.0
INDENT = 30.0
MARKED, ACCENT = LABEL_COLOURS[Label.PNEUMONIA], LABEL_COLOURS[Label.NORMAL]
MOST_DOTS = 1000
ACROSS = {100: 20, MOST_DOTS: 50}


def draw_body(figure: Figure, box: Box, body: Body) -> None:
    """Draw the body of a slide into a box of the page."""
    DRAWN_BY[type(body)](figure, box, body)


def _sheet(figure: Figure, box: Box) -> Axes:
    """Add empty axes whose unit is the point."""
    ax = _axes(figure, box)
    ax.set_axis_off()
    ax.set_xlim(0, box[2])
    ax.set_ylim(0, box[3])
    return ax


def _axes(figure: Figure, box: Box) -> Axes:
    width, height = (72 * side for side in figure.get_size_inches())
    left, bottom, wide, high = box
    return figure.add_axes((left / width, bottom / height, wide / width, high / height))


def _points(figure: Figure, box: Box, body: Points) -> None:
    ax, (_, _, width, height) = _sheet(figure, box), box
    size, paragraphs = fitted(body.items, POINT_SIZES, width - INDENT, height)
    top = height
    for lines in paragraphs:
        ax.add_patch(Rectangle((0, top - 0.76 * size), 0.42 * size, 0.42 * size, color=ACCENT))
        ax.text(INDENT, top, "\n".join(lines), fontsize=size, color=INK, va="top")
        top -= (len(lines) + GAP) * LINE * size


def _numbers(figure: Figure, box: Box, body: Numbers) -> None:
    ax, (_, _, width, height) = _sheet(figure, box), box
    step = height / max(len(body.items), 3)
    widest = max(text_width(number, NUMBER_SIZE, "bold") for number, _ in body.items)
    column = widest + 24
    for row, (number, meaning) in enumerate(body.items):
        middle = height - (row + 0.5) * step
        size, (lines,) = fitted([meaning], MEANING_SIZES, width - column, step)
        ax.text(
            widest, middle, number, fontsize=NUMBER_SIZE, color=ACCENT, fontweight="bold",
            ha="right", va="center_baseline",
        )  # fmt: skip
        ax.text(column, middle, "\n".join(lines), fontsize=size, color=INK, va="center")


def _dots(figure: Figure, box: Box, body: Dots) -> None:
    ax, (_, _, width, height) = _sheet(figure, box), box
    shown = body.marked
    if shown.of > MOST_DOTS:
        shown = frequency(shown.count / shown.of, of=MOST_DOTS)
    across = ACROSS[shown.of]
    side = min(width / across, (height - 44) / (shown.of // across))
    # Column by column, so that the marked dots are one block whose length is seen at once.
    column, row = np.divmod(np.arange(shown.of), shown.of // across)
    x, y = (column + 0.5) * side, height - (row + 0.5) * side
    marked = np.arange(shown.of) < shown.count
    area = (0.74 * side) ** 2
    ax.scatter(x[marked], y[marked], s=area, color=MARKED, linewidth=0)
    ax.scatter(x[~marked], y[~marked], s=area, facecolor=PAPER, edgecolor=MUTED, linewidth=1.5)
    named: list[tuple[float, str, str, str]] = [
        (0, "left", f"{body.marked.count:,} {body.marked_name}", MARKED),
        (across * side, "right", f"{body.marked.rest.count:,} {body.rest_name}", MUTED),
    ]
    for position, align, text, colour in named:
        ax.text(
            position, height - side * (shown.of // across) - 10, text, fontsize=LABEL_SIZE,
            color=colour, fontweight="bold", ha=align, va="top",
        )  # fmt: skip


def _bars(figure: Figure, box: Box, body: Bars) -> None:
    names = max((text_width(bar.name, NAME_SIZE) for bar in body.bars), default=0) + 12
    left, bottom, width, height = box
    ax = _axes(figure, (left + names, bottom + 24, width - names, height - 24))
    rows = range(len(body.bars))
    ax.barh(rows, [bar.share for bar in body.bars], color=ACCENT, height=0.55)
    for row, bar in enumerate(body.bars):
        _interval(ax, row, bar)
    ax.set_yticks(rows, [bar.name for bar in body.bars], fontsize=NAME_SIZE, color=INK)
    ax.set_ylim(max(len(body.bars), 3) - 0.4, -0.6)
    # Room for the numbers behind the longest bar.
    ax.set_xlim(0, 1.22)
    ticks = np.linspace(0, 1, 6)
    ax.set_xticks(ticks, [f"{100 * tick:.0f}" for tick in ticks], fontsize=TICK_SIZE, color=MUTED)
    ax.tick_params(length=0)
    ax.grid(axis="x", color=GRID)
    ax.set_axisbelow(True)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _interval(ax: Axes, row: int, bar: Bar) -> None:
    end = bar.share
    if bar.low is not None and bar.high is not None:
        ax.plot([bar.low, bar.high], [row, row], color=INK, linewidth=3)
        end = max(bar.high, bar.share)
    ax.annotate(
        str(frequency(bar.share)), (end, row), xytext=(10, 0), textcoords="offset points",
        fontsize=NAME_SIZE, color=INK, fontweight="bold", va="center",
    )  # fmt: skip


def _picture(figure: Figure, box: Box, body: Picture) -> None:
    """Draw the picture on the right, as high as the box, and its numbers beside it."""
    left, bottom, width, height = box
    image = imread(BytesIO(body.png))
    wide = min(height * image.shape[1] / image.shape[0], 0.6 * width)
    ax = _axes(figure, (left + width - wide, bottom, wide, height))
    ax.imshow(image, interpolation="antialiased")
    ax.set_axis_off()
    ax.set_anchor("NE")
    _numbers(figure, (left, bottom, width - wide - 24, height), Numbers(body.numbers))


DRAWN_BY: dict[type, Callable[[Figure, Box, Any], None]] = {
    Points: _points,
    Numbers: _numbers,
    Dots: _dots,
    Bars: _bars,
    Picture: _picture,
}
