"""Architectures compared metric by metric, each with its interval."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pneumoscope.decimals import decimal
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.plots.style import (
    INK,
    MUTED,
    SMALL_TEXT,
    axes_or_new,
    figure_of,
    new_figure,
    polish,
    series_styles,
)

METRICS = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)
COLUMNS = 2


def plot_comparison(
    comparison: pd.DataFrame, split: str = Split.TEST, metrics: Sequence[str] = METRICS
) -> Figure:
    """Draw a forest plot for each metric, the architectures in one order throughout.

    Args:
        comparison: Columns architecture, split and, for each metric, `<metric>`,
            `<metric>_low` and `<metric>_high`; intervals may be missing.
        split: Which rows are drawn.
        metrics: Which metrics, one panel each.
    """
    rows = -(-len(metrics) // COLUMNS)
    architectures = int((comparison[Column.SPLIT] == split).sum())
    figure = new_figure(height=rows * (1.0 + 0.42 * architectures))
    axes = figure.subplots(rows, COLUMNS, squeeze=False, sharey=True)
    for ax in axes.flat[len(metrics) :]:
        ax.set_axis_off()
    for ax, metric in zip(axes.flat, metrics, strict=False):
        plot_forest(comparison, metric, split, ax)
    return figure


def plot_forest(
    comparison: pd.DataFrame, metric: str, split: str = Split.TEST, ax: Axes | None = None
) -> Figure:
    """Draw one metric with its intervals, one row an architecture.

    Args:
        comparison: As in `plot_comparison`.
        metric: Which metric.
        split: Which rows are drawn.
        ax: Where to draw; a new figure by default.

    Raises:
        ValueError: No row belongs to the split.
    """
    chosen = comparison[comparison[Column.SPLIT] == split]
    if chosen.empty:
        found = sorted(set(comparison[Column.SPLIT]))
        raise ValueError(f"expected rows of split '{split}', received only {found}")
    ax = axes_or_new(ax, height=1.0 + 0.45 * len(chosen))
    names = [str(name) for name in chosen[Column.ARCHITECTURE]]
    styles = series_styles(names)
    for row, (_, values) in enumerate(chosen.iterrows()):
        _estimate(ax, row, values, metric, styles[names[row]][0])
    polish(ax, Metric(metric).label, grid="x")
    ax.tick_params(axis="x", labelsize=SMALL_TEXT)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.45, -0.65)
    ax.margins(x=0.14)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.spines["left"].set_visible(False)
    return figure_of(ax)


def _estimate(ax: Axes, row: int, values: pd.Series, metric: str, colour: str) -> None:
    value = values[metric]
    if pd.isna(value):
        # Text in axes coordinates across and data coordinates down: no number is implied.
        ax.text(0.02, row, "n/a", transform=ax.get_yaxis_transform(), va="center", color=MUTED)
        return
    low, high = (values.get(f"{metric}{end}", np.nan) for end in ("_low", "_high"))
    if pd.notna(low) and pd.notna(high):
        ax.plot([low, high], [row, row], color=colour, linewidth=2.4, solid_capstyle="round")
    ax.plot(value, row, marker="o", markersize=8, color=colour, markeredgecolor="white")
    ax.annotate(
        decimal(value),
        (value, row),
        xytext=(0, 8),
        textcoords="offset points",
        ha="center",
        fontsize=SMALL_TEXT,
        color=INK,
    )
