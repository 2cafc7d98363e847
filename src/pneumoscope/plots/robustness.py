"""AUROC under occlusion, and metrics against the strength of each degradation."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.naming import Metric
from pneumoscope.plots.style import (
    INK,
    MUTED,
    SMALL_TEXT,
    axes_or_new,
    figure_of,
    legend_below,
    new_figure,
    polish,
    series_markers,
    series_styles,
)

PANELS = {
    Metric.AUROC: "AUROC",
    Metric.SENSITIVITY: "sensitivity",
    Metric.SPECIFICITY: "specificity",
}
CHANCE = 0.5
BANDS_UP_TO = 3
"""Intervals of more models than this would cover each other; the tables hold them."""


def plot_curves(curves: Mapping[str, Mapping[str, pd.DataFrame]]) -> Figure:
    """Draw three panels a degradation: AUROC, and sensitivity and specificity at the threshold.

    Args:
        curves: Degradation to architecture to columns strength (text) and, for each metric, the
            value, `_low` and `_high`; an undefined value leaves a gap. Mild strengths first.
            Intervals are drawn for up to `BANDS_UP_TO` architectures.
    """
    figure = new_figure(height=0.7 + 1.75 * len(curves))
    grid = figure.subplots(len(curves), len(PANELS), sharey=True, squeeze=False)
    for axes, (name, of_each) in zip(grid, curves.items(), strict=True):
        for ax, (metric, title) in zip(axes, PANELS.items(), strict=True):
            _lines(ax, of_each, metric)
            polish(ax, title if ax is grid[0][list(PANELS).index(metric)] else "")
            _strengths(ax, next(iter(of_each.values()))["strength"].tolist())
        axes[1].set_xlabel(name, fontsize=SMALL_TEXT, color=INK, fontweight="bold")
    legend_below(grid[0][0])
    return figure


def _lines(ax: Axes, of_each: Mapping[str, pd.DataFrame], metric: str) -> None:
    for architecture, (colour, dashes) in series_styles(list(of_each)).items():
        curve = of_each[architecture]
        steps = np.arange(len(curve))
        if len(of_each) <= BANDS_UP_TO:
            low, high = (curve[f"{metric}_{end}"].to_numpy(float) for end in ("low", "high"))
            ax.fill_between(steps, low, high, color=colour, alpha=0.15, linewidth=0)
        ax.plot(
            steps,
            curve[metric].to_numpy(float),
            color=colour,
            linestyle=dashes,
            linewidth=2,
            marker="o",
            markersize=4,
            label=architecture,
        )
    ax.set_ylim(-0.03, 1.03)


def _strengths(ax: Axes, strengths: list[str]) -> None:
    ax.set_xticks(range(len(strengths)), strengths)
    ax.tick_params(labelsize=SMALL_TEXT - 1.5)


def plot_shortcuts(conditions: Mapping[str, pd.DataFrame], ax: Axes | None = None) -> Figure:
    """Draw the AUROC under every condition with its interval, chance as a dashed line.

    Args:
        conditions: Architecture to columns condition, value, low and high, the conditions in one
            order; an undefined value is left blank.
        ax: Where to draw; a new figure by default.
    """
    names = next(iter(conditions.values()))["condition"].tolist()
    ax = axes_or_new(ax, height=1.4 + len(names) * (0.3 + 0.14 * len(conditions)))
    offsets = np.linspace(-0.25, 0.25, len(conditions)) if len(conditions) > 1 else [0.0]
    styles, markers = series_styles(list(conditions)), series_markers(list(conditions))
    for offset, (name, table) in zip(offsets, conditions.items(), strict=True):
        look = {"color": styles[name][0], "marker": markers[name], "label": name}
        _estimates(ax, table.astype({"value": float}), offset, look)
    ax.axvline(CHANCE, color=MUTED, linewidth=1.2, linestyle="--", zorder=0)
    polish(ax, xlabel="AUROC on test (dashed: chance)", grid="x")
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.spines["left"].set_visible(False)
    legend_below(ax)
    return figure_of(ax)


def _estimates(ax: Axes, table: pd.DataFrame, offset: float, look: dict[str, Any]) -> None:
    rows = np.arange(len(table)) + offset
    ax.hlines(rows, table["low"], table["high"], color=look["color"], linewidth=2.2)
    ax.plot(table["value"], rows, linestyle="none", markersize=7, markeredgecolor="white", **look)
