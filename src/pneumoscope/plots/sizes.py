"""Size and compression of the radiographs by class."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pneumoscope.naming import Column, Label, Split
from pneumoscope.plots.style import (
    INK,
    LABEL_COLOURS,
    MUTED,
    SMALL_TEXT,
    axes_or_new,
    figure_of,
    in_order,
    label_colour,
    legend,
    polish,
)

LABEL_ROOM = 1.32


def plot_sizes(manifest: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw width against height, one dot a radiograph, coloured by class.

    Args:
        manifest: Columns label, width and height (pixels).
        ax: Where to draw; a new figure by default.
    """
    ax = axes_or_new(ax, height=4.2)
    # The larger class first: the smaller one would vanish beneath it.
    by_class = sorted(manifest.groupby(Column.LABEL), key=lambda group: -len(group[1]))
    for label, rows in by_class:
        ax.scatter(
            rows[Column.WIDTH],
            rows[Column.HEIGHT],
            s=13,
            alpha=0.45,
            linewidths=0,
            color=label_colour(str(label)),
            label=str(label),
        )
    polish(ax, xlabel="width (pixels)", ylabel="height (pixels)", grid="both")
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    legend(ax, loc="upper left", markerscale=2, handletextpad=0.1)
    for handle in ax.get_legend().legend_handles:  # type: ignore[union-attr]
        handle.set_alpha(1)  # type: ignore[union-attr]
    return figure_of(ax)


def plot_bytes_per_pixel(manifest: pd.DataFrame, ax: Axes | None = None) -> Figure:
    """Draw file bytes a pixel as boxes, one for each class of each source split.

    Box: quartiles and median; whiskers: 5th to 95th percentile.

    Args:
        manifest: Columns source_split, label and bytes_per_pixel.
        ax: Where to draw; a new figure by default.
    """
    groups = manifest.groupby([Column.SOURCE_SPLIT, Column.LABEL])[Column.BYTES_PER_PIXEL]
    values = {key: column.to_numpy() for key, column in groups}
    splits = in_order(list(manifest[Column.SOURCE_SPLIT]), list(Split))
    keys = [(split, str(label)) for split in splits for label in Label if (split, label) in values]
    ax = axes_or_new(ax, height=1.1 + 0.5 * len(keys))
    polish(ax, xlabel="file bytes per pixel", grid="x")
    ends = [
        _box(ax, row, values[key], LABEL_COLOURS[Label(key[1])]) for row, key in enumerate(keys)
    ]
    ax.set_yticks(range(len(keys)), [f"{split}  {label}" for split, label in keys])
    ax.invert_yaxis()
    ax.set_xlim(0, LABEL_ROOM * max(ends))
    return figure_of(ax)


def _box(ax: Axes, row: int, values: NDArray[np.floating], colour: str) -> float:
    """Draw one box with its median in words; return where its upper whisker ends."""
    drawn = ax.boxplot(
        values,
        positions=[row],
        orientation="horizontal",
        widths=0.55,
        whis=(5, 95),
        showfliers=False,
        patch_artist=True,
        manage_ticks=False,
        boxprops={"facecolor": colour, "edgecolor": colour, "alpha": 0.85},
        medianprops={"color": "white", "linewidth": 2.2},
        whiskerprops={"color": MUTED, "linewidth": 1.3},
        capprops={"color": MUTED},
    )
    end = float(np.max(drawn["whiskers"][1].get_xdata()))
    ax.annotate(
        f"median {np.median(values):.2f}",
        (end, row),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL_TEXT,
        color=INK,
    )
    return end
