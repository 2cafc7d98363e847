"""AUROC on validation against the patients of train."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from pneumoscope.plots.style import (
    SMALL_TEXT,
    axes_or_new,
    figure_of,
    legend_below,
    polish,
    series_markers,
    series_styles,
)


def plot_learning_curve(curves: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw one line a part of validation, each point with its interval.

    Args:
        curves: Part of validation to columns patients, value, low and high; undefined values
            and bounds are left blank.
    """
    ax = axes_or_new(None, height=4.2)
    markers = series_markers(list(curves))
    for name, (colour, dashes) in series_styles(list(curves)).items():
        curve = curves[name].astype(dict.fromkeys(("value", "low", "high"), float))
        ax.vlines(curve["patients"], curve["low"], curve["high"], color=colour, alpha=0.5)
        ax.plot(
            curve["patients"], curve["value"], color=colour, linestyle=dashes,
            marker=markers[name], label=name,
        )  # fmt: skip
    patients = sorted({int(n) for curve in curves.values() for n in curve["patients"]})
    polish(ax, xlabel="patients of train", ylabel="AUROC", grid="both")
    ax.set_xscale("log")
    ax.set_xticks(patients, [f"{number:,}" for number in patients])
    ax.minorticks_off()
    ax.tick_params(labelsize=SMALL_TEXT)
    legend_below(ax)
    return figure_of(ax)
