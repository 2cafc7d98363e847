"""Sensitivity and specificity by subgroup."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.naming import Label, Metric
from pneumoscope.plots.style import INK, LABEL_COLOURS, MUTED, SMALL_TEXT, new_figure, polish

PANELS = {Metric.SENSITIVITY: Label.PNEUMONIA, Metric.SPECIFICITY: Label.NORMAL}


def plot_subgroups(table: pd.DataFrame, overall: Mapping[str, float | None]) -> Figure:
    """Draw a forest plot of the subgroups, the value of all radiographs as a dashed line.

    Args:
        table: Columns attribute, group, n and, for sensitivity and specificity, the value,
            `_low` and `_high`; what does not apply is left blank.
        overall: Metric to its value on all radiographs, None where undefined.
    """
    lines = _lines(table)
    figure = new_figure(height=1.1 + 0.3 * len(lines))
    axes = figure.subplots(1, len(PANELS), sharey=True, squeeze=False)[0]
    for ax, (metric, label) in zip(axes, PANELS.items(), strict=True):
        for position, (_, row) in enumerate(lines):
            if row is not None and pd.notna(row[metric]):
                _estimate(ax, position, row, metric, LABEL_COLOURS[label])
        if overall[metric] is not None:
            ax.axvline(overall[metric], color=MUTED, linewidth=1.2, linestyle="--", zorder=0)
        polish(ax, str(metric), grid="x")
        ax.set(xlim=(-0.04, 1.04), ylim=(len(lines) - 0.4, -0.6))
        ax.spines["left"].set_visible(False)
        ax.tick_params(labelsize=SMALL_TEXT)
    axes[0].set_yticks(range(len(lines)), [name for name, _ in lines])
    for text, (_, row) in zip(axes[0].get_yticklabels(), lines, strict=True):
        text.set(fontweight="bold" if row is None else "normal", color=INK)
    return figure


def _lines(table: pd.DataFrame) -> list[tuple[str, pd.Series | None]]:
    """Text and row of each line from top to bottom; the name of an attribute has no row."""
    lines: list[tuple[str, pd.Series | None]] = []
    for attribute, rows in table.groupby("attribute", sort=False):
        lines.append((str(attribute), None))
        lines += [(f"{row['group']} ({row['n']:,})", row) for _, row in rows.iterrows()]
    return lines


def _estimate(ax: Axes, position: int, row: pd.Series, metric: str, colour: str) -> None:
    low, high = row[f"{metric}_low"], row[f"{metric}_high"]
    if pd.notna(low) and pd.notna(high):
        ax.plot([low, high], [position] * 2, color=colour, linewidth=2.2, solid_capstyle="round")
    ax.plot(row[metric], position, marker="o", markersize=7, color=colour, markeredgecolor="white")
