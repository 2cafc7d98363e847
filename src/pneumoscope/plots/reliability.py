"""Reliability diagrams: observed share of PNEUMONIA against the score."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.plots.style import (
    CALIBRATION_COLOURS,
    GRID,
    INK,
    MUTED,
    SERIES_DASHES,
    SMALL_TEXT,
    TEXT,
    legend,
    new_figure,
    polish,
)


def plot_reliability(bins: pd.DataFrame, smooth: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw smooth calibration curves with their bands, the bins of the scores, and counts below.

    Args:
        bins: What `evaluation.calibration.reliability` gave of the scores as they are.
        smooth: What the scores are ("as they are", then "calibrated") to what
            `evaluation.calibration.smooth.curve_with_band` gave; none where no curve can be fitted.
    """
    figure = new_figure(height=6.2)
    curves, counts = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    curves.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":")
    curves.text(0.03, 0.06, "ideal", color=MUTED, fontsize=SMALL_TEXT, rotation=45)
    styles = zip(smooth.items(), CALIBRATION_COLOURS, SERIES_DASHES, strict=False)
    for (name, table), colour, dashes in styles:
        curves.fill_between(
            table["score"], table["low"], table["high"], color=colour, alpha=0.18, linewidth=0
        )
        curves.plot(
            table["score"],
            table["observed"],
            color=colour,
            linestyle=dashes,
            linewidth=2,
            label=name,
        )
    _bins(curves, bins)
    polish(curves, ylabel="observed share of PNEUMONIA", grid="both")
    curves.set(xlim=(0, 1), ylim=(0, 1.02))
    legend(curves, loc="upper left")
    _counts(counts, bins)
    return figure


def _bins(ax: Axes, table: pd.DataFrame) -> None:
    filled = table.dropna(subset=["mean_score", "observed"])
    ax.plot(
        filled["mean_score"],
        filled["observed"],
        linestyle="none",
        marker="o",
        markersize=6,
        color=INK,
        markeredgecolor="white",
        label="bins, as they are",
        clip_on=False,
    )


def _counts(ax: Axes, table: pd.DataFrame) -> None:
    width = table["bin_high"] - table["bin_low"]
    ax.bar(table["bin_low"], table["n"], width, align="edge", color=MUTED, edgecolor=GRID)
    polish(ax, xlabel="score", ylabel="radiographs")
    ax.yaxis.label.set_fontsize(SMALL_TEXT)
    ax.xaxis.label.set_fontsize(TEXT)
