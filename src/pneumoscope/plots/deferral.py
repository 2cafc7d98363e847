"""Accuracy against the share of radiographs handed to a human."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.plots.style import (
    FEW,
    axes_or_new,
    figure_of,
    legend,
    legend_below,
    polish,
    series_styles,
)


def plot_deferral(curves: Mapping[str, pd.DataFrame], ax: Axes | None = None) -> Figure:
    """Draw the accuracy on what is left to each architecture.

    Args:
        curves: Architecture to columns deferred and accuracy, one row a zone, both shares;
            a missing accuracy is left out.
        ax: Where to draw; a new figure by default.
    """
    many = len(curves) > FEW
    ax = axes_or_new(ax, height=4.4 + 0.1 * len(curves) * many)
    for name, (colour, dashes) in series_styles(list(curves)).items():
        known = curves[name].dropna(subset=["accuracy"])
        ax.plot(
            known["deferred"],
            known["accuracy"],
            color=colour,
            linestyle=dashes,
            linewidth=2.2,
            marker="o",
            markersize=7,
            markeredgecolor="white",
            label=name,
        )
    polish(
        ax,
        xlabel="share handed to a human",
        ylabel="accuracy on the rest",
        grid="both",
    )
    ax.set_xlim(left=-0.01)
    if many:
        legend_below(ax)
    else:
        legend(ax, loc="best")
    return figure_of(ax)
