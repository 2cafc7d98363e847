"""A few films of each pseudo-site, so that a reader sees what groups them."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pneumoscope.plots.style import INK, MUTED, SMALL_TEXT, TEXT, WIDTH, new_figure

COLUMNS = 6
"""Films of each pseudo-site."""

Sample = tuple[str, NDArray[np.uint8]]
"""A title and a grey radiograph of shape (height, width)."""


def plot_pseudo_sites(shown: Mapping[str, Sequence[Sample]]) -> Figure:
    """Draw the films of each pseudo-site in a row.

    Args:
        shown: Name of each pseudo-site to up to `COLUMNS` films; without one, the figure says so.
    """
    side = WIDTH / COLUMNS
    figure = new_figure(height=max(1, len(shown)) * (side + 0.12))
    if not shown:
        figure.text(0.5, 0.5, "no pseudo-sites", ha="center", va="center", color=MUTED)
        return figure
    grid = figure.subplots(len(shown), COLUMNS, squeeze=False)
    for axes, (name, films) in zip(grid, shown.items(), strict=True):
        for ax in axes:
            ax.set_xticks([])
            ax.set_yticks([])
            ax.spines[:].set_visible(False)
        for ax, (title, film) in zip(axes, films, strict=False):
            ax.imshow(film, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
            ax.set_title(title, fontsize=SMALL_TEXT, color=INK, y=1.0)
        axes[0].set_ylabel(name, fontsize=TEXT, color=MUTED, rotation=0, labelpad=10)
    return figure
