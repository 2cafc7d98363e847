"""The channels of a model's layers on one film of each class, or its first weights."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from pneumoscope.explanation.cases import class_representatives
from pneumoscope.explanation.records import Explanations
from pneumoscope.plots.intensities import DIFFERENCE_MAP
from pneumoscope.plots.style import INK, MUTED, SMALL_TEXT, TEXT, WIDTH, label_colour, new_figure

COLUMNS = 4
COLOURS = "magma"
GAP = 0.07
"""Between two channels, of their longer side."""

Image = NDArray[Any]


def plot_activations(explanations: Explanations, arrays: Mapping[str, Image]) -> Figure:
    """Draw the channels of a model's layers, or the first weights of a model without channels.

    Args:
        explanations: Of whose cases those in `class_representatives` are the films.
        arrays: `films` (n, height, width), and either `maps/<layer>` (n, channels, h, w) or
            `weights/<layer>` (units, height, width).
    """
    weights, layers = (
        {name.removeprefix(kind): found for name, found in arrays.items() if name.startswith(kind)}
        for kind in ("weights/", "maps/")
    )
    if weights:
        return plot_weights(*next(iter(weights.items())))
    labels = [case.label for case in class_representatives(explanations.cases)]
    return plot_channels(list(zip(labels, arrays["films"], strict=True)), layers)


def plot_channels(
    films: Sequence[tuple[str, Image]], layers: Mapping[str, NDArray[np.floating]]
) -> Figure:
    """Draw the channels of each layer, the films side by side and the same channels below each.

    Args:
        films: Class and grey film (height, width) in [0, 255] of one or two radiographs.
        layers: Name to maps (films, channels, h, w), from 0 upwards, in the order of the model.
            A channel has one scale for all films, so that they can be compared.
    """
    rows = {name: -(-maps.shape[1] // COLUMNS) for name, maps in layers.items()}
    side = WIDTH / (len(films) * COLUMNS)
    heights = [1.6 * side + 0.3, *(count * side + 0.3 for count in rows.values())]
    figure = new_figure(height=sum(heights))
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02)
    stack = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)
    head, *bands = stack[:, 0]
    _films(head, films)
    for band, (name, maps) in zip(bands, layers.items(), strict=True):
        title = f"{name}, {maps.shape[2]} × {maps.shape[3]}"
        band.suptitle(title, x=0.01, ha="left", fontsize=TEXT, color=INK)
        tops = maps.max(axis=(0, 2, 3))
        for half, shown in zip(band.subfigures(1, len(films), squeeze=False)[0], maps, strict=True):
            _channels(half.subplots(), shown, tops)
    return figure


def plot_weights(name: str, weights: NDArray[np.floating]) -> Figure:
    """Draw the weights of single units as images: what each looks for in a radiograph.

    Args:
        name: The layer.
        weights: Shape (units, height, width); all share one scale, white is zero.
    """
    rows = -(-len(weights) // COLUMNS)
    figure = new_figure(height=rows * WIDTH / COLUMNS + 0.35)
    figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03)
    figure.suptitle(f"{name}: weights on the pixels", x=0.01, ha="left", fontsize=TEXT, color=INK)
    # One strong pixel must not turn all others white.
    bound = float(np.quantile(np.abs(weights), 0.995)) or 1.0
    axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for ax, image in zip(axes, weights, strict=False):
        ax.imshow(image, cmap=DIFFERENCE_MAP, vmin=-bound, vmax=bound)
    for ax in axes:
        _bare(ax)
    return figure


def _films(head: SubFigure, films: Sequence[tuple[str, Image]]) -> None:
    axes = head.subplots(1, len(films), squeeze=False)[0]
    for ax, (label, film) in zip(axes, films, strict=True):
        ax.imshow(film, cmap="gray", vmin=0, vmax=255)
        _bare(ax, label, label_colour(label))


def _channels(ax: Axes, maps: NDArray[np.floating], tops: NDArray[np.floating]) -> None:
    """Draw channels in rows, all in the same axes: axes of its own for each take longer to make."""
    height, width = maps.shape[1:]
    gap = GAP * max(height, width)
    for place, (image, top) in enumerate(zip(maps, tops, strict=True)):
        row, column = divmod(place, COLUMNS)
        left, upper = column * (width + gap), row * (height + gap)
        extent = left, left + width, upper + height, upper
        ax.imshow(image, cmap=COLOURS, vmin=0, vmax=float(top) or 1.0, extent=extent)
    rows = -(-len(maps) // COLUMNS)
    ax.set_xlim(0, COLUMNS * (width + gap) - gap)
    ax.set_ylim(rows * (height + gap) - gap, 0)
    _bare(ax)


def _bare(ax: Axes, title: str = "", colour: str = MUTED) -> None:
    ax.set_title(title, fontsize=SMALL_TEXT, color=colour, fontweight="bold", y=1.0)
    ax.set_axis_off()
