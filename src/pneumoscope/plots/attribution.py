"""Films of each outcome beside their attribution maps."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from pneumoscope.explanation.records import Case, Explanations
from pneumoscope.naming import Choice, Outcome
from pneumoscope.plots.style import (
    INK,
    MUTED,
    SMALL_TEXT,
    TEXT,
    TITLE_TEXT,
    WIDTH,
    label_colour,
    new_figure,
)
from pneumoscope.radiographs.fields import CENTRAL_FIELD
from pneumoscope.report.pictures import COLOURS, STRONGEST

# Film and map twice, a gap between the two pairs.
COLUMNS = (1.0, 1.0, 0.08, 1.0, 1.0)

Image = NDArray[np.generic]


def plot_attribution(explanations: Explanations, arrays: Mapping[str, Image]) -> Figure:
    """Draw a row for each outcome: film and map, nearest the threshold and most confident.

    Args:
        explanations: The explained radiographs; the centre is drawn dashed.
        arrays: In the order of the cases `films`, grey (n, height, width) in [0, 255], and `maps`
            of the same shape, from 0 upwards; each is drawn on a scale of its own.
    """
    shown = {
        (case.outcome, case.choice): (case, film, found)
        for case, film, found in zip(
            explanations.cases, arrays["films"], arrays["maps"], strict=True
        )
    }
    heights = [0.18, *[1.0] * len(Outcome)]
    figure = new_figure(height=0.2 + (0.1 + len(Outcome)) * (WIDTH / 4 + 0.06))
    figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03)
    grid = figure.add_gridspec(len(heights), 5, height_ratios=heights, width_ratios=COLUMNS)
    for choice, left in zip(Choice, (0, 3), strict=True):
        _heading(figure.add_subplot(grid[0, left : left + 2]), choice)
        for index, outcome in enumerate(Outcome, start=1):
            row = [figure.add_subplot(grid[index, left + column]) for column in (0, 1)]
            _pair(row, shown.get((outcome, choice)))
            if choice == Choice.NEAREST:
                row[0].set_ylabel(outcome, fontsize=TEXT, color=INK)
            if (outcome, choice) not in shown:
                _gap(row[0], (outcome, Choice.NEAREST) in shown)
    return figure


def _heading(ax: Axes, text: str) -> None:
    ax.set_axis_off()
    ax.text(0.5, 0.5, text, ha="center", va="center", fontsize=TITLE_TEXT - 1, color=INK,
            fontweight="bold")  # fmt: skip


def _gap(ax: Axes, other: bool) -> None:
    text = "there is only one" if other else "none on test"
    ax.text(0.1, 0.5, text, transform=ax.transAxes, fontsize=TEXT, color=MUTED, va="center")


def _pair(row: Sequence[Axes], case: tuple[Case, Image, Image] | None) -> None:
    for ax in row:
        ax.set_xticks([])
        ax.set_yticks([])
        for spine in ax.spines.values():
            spine.set_visible(False)
    if case is None:
        return
    known, film, found = case
    _film(row[0], film, f"score {known.score:.2f}", label_colour(known.label))
    share = known.outside
    _film(row[1], film, "empty map" if share is None else f"{share:.0%} outside", MUTED)
    _overlay(row[1], found)
    _centre(row[1], film.shape)


def _film(ax: Axes, film: Image, title: str, colour: str) -> None:
    ax.imshow(film, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    ax.set_title(title, fontsize=SMALL_TEXT, color=colour, y=1.0)


def _overlay(ax: Axes, found: Image) -> None:
    strength = np.asarray(found, dtype=float)
    if strength.max() > 0:
        strength = strength / strength.max()
        # What is weak lets the film through.
        ax.imshow(strength, cmap=COLOURS, vmin=0, vmax=1, alpha=STRONGEST * np.sqrt(strength))


def _centre(ax: Axes, shape: tuple[int, ...]) -> None:
    height, width = (side * share for side, share in zip(shape, CENTRAL_FIELD, strict=True))
    corner = (shape[1] - width) / 2 - 0.5, (shape[0] - height) / 2 - 0.5
    ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor="white", linestyle="--"))
