"""Reliability diagrams: observed share of PNEUMONIA against the score."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.plots.style import (
    GRID,
    MUTED,
    SMALL_TEXT,
    TEXT,
    legend,
    new_figure,
    polish,
    series_styles,
)


def plot_reliability(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the observed share of PNEUMONIA against the mean score, and the counts below.

    Args:
        tables: What the scores are ("as they are", "calibrated") to what
            `evaluation.calibration.reliability` gave; the counts are those of the first.

    Raises:
        ValueError: No table is given.
    """
    if not tables:
        raise ValueError("expected a table of reliability to draw, received none")
    figure = new_figure(height=6.2)
    curves, counts = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    curves.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":")
    curves.text(0.03, 0.06, "ideal", color=MUTED, fontsize=SMALL_TEXT, rotation=45)
    for name, (colour, dashes) in series_styles(list(tables)).items():
        filled = tables[name].dropna(subset=["mean_score", "observed"])
        curves.plot(
            filled["mean_score"],
            filled["observed"],
            color=colour,
            linestyle=dashes,
            linewidth=2,
            marker="o",
            markersize=7,
            markeredgecolor="white",
            label=name,
            clip_on=False,
        )
    polish(curves, ylabel="observed share of PNEUMONIA", grid="both")
    curves.set(xlim=(0, 1), ylim=(0, 1.02))
    legend(curves, loc="upper left")
    _counts(counts, next(iter(tables.values())))
    return figure


def _counts(ax: Axes, table: pd.DataFrame) -> None:
    width = table["bin_high"] - table["bin_low"]
    ax.bar(table["bin_low"], table["n"], width, align="edge", color=MUTED, edgecolor=GRID)
    polish(ax, xlabel="score", ylabel="radiographs")
    ax.yaxis.label.set_fontsize(SMALL_TEXT)
    ax.xaxis.label.set_fontsize(TEXT)
