"""AUROCs of the domain classifier and of the feature baseline."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.plots.style import (
    INK,
    MUTED,
    PAPER,
    SMALL_TEXT,
    TEXT,
    label_colour,
    new_figure,
    polish,
)

CHANCE = 0.5
APART = 0.3
MARKERS = ("o", "s")


def plot_shift(panels: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw one forest plot a table: AUROC with its interval, chance as a dashed line.

    Args:
        panels: Title to columns label (a class, or other text for both), line, value, low and
            high; undefined values and bounds are left blank, empty tables are left out.
    """
    shown = {title: table for title, table in panels.items() if len(table)}
    heights = [0.6 + 0.34 * table["line"].nunique() for table in shown.values()]
    figure = new_figure(height=0.8 + sum(heights))
    axes = figure.subplots(len(shown), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for ax, (title, table) in zip(axes, shown.items(), strict=True):
        _panel(ax, table.astype(dict.fromkeys(("value", "low", "high"), float)), title)
    axes[-1].set_xlabel("AUROC (dashed: chance)", fontsize=TEXT, color=MUTED)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _panel(ax: Axes, table: pd.DataFrame, title: str) -> None:
    lines, labels = list(dict.fromkeys(table["line"])), list(dict.fromkeys(table["label"]))
    offsets = APART * (np.arange(len(labels)) - (len(labels) - 1) / 2)
    for offset, marker, label in zip(offsets, MARKERS, labels, strict=False):
        own = table[table["label"] == label]
        rows = np.array([lines.index(line) for line in own["line"]]) + offset
        ax.hlines(rows, own["low"], own["high"], color=label_colour(label), linewidth=2.2)
        ax.plot(
            own["value"],
            rows,
            linestyle="none",
            marker=marker,
            markersize=7,
            color=label_colour(label),
            markeredgecolor="white",
            label=label,
        )
    ax.axvline(CHANCE, color=MUTED, linewidth=1.2, linestyle="--", zorder=0)
    if table["value"].isna().all():
        middle = (0.5, 0.5)
        note = ax.text(*middle, "too few films", transform=ax.transAxes, ha="center", va="center")
        note.set(fontsize=TEXT, color=MUTED, backgroundcolor=PAPER)
    polish(ax, title, grid="x")
    ax.set_yticks(range(len(lines)), lines)
    ax.set_ylim(len(lines) - 0.5, -0.5)
    ax.tick_params(labelsize=SMALL_TEXT, labelcolor=INK, labelbottom=True)
    ax.spines["left"].set_visible(False)
