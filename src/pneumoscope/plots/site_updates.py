"""What an update at a site is worth against the films that it was fitted on."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.plots.style import (
    MUTED,
    SMALL_TEXT,
    TEXT,
    new_figure,
    polish,
    series_markers,
    series_styles,
)

PANELS = {
    "brier": "Brier score of the probabilities (lower is better)",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
}

APART = 1.04
"""Factor between the points of neighbouring sites, so that their intervals can be told apart."""


def plot_site_updates(curves: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw one panel a measure: with the update, and dashed without it.

    Args:
        curves: Site to one row for each number of films: columns films, and of each measure of
            `PANELS` `<measure>`, `_low`, `_high` and `_before`; undefined values are left blank.

    Raises:
        ValueError: No site is given.
    """
    if not curves:
        raise ValueError("expected the curve of a site to draw, received none")
    figure = new_figure(height=1.1 + 2.2 * len(PANELS))
    axes = figure.subplots(len(PANELS), 1, sharex=True)
    for ax, (measure, title) in zip(axes, PANELS.items(), strict=True):
        _panel(ax, curves, measure)
        polish(ax, title, grid="both")
    films = sorted({round(films) for curve in curves.values() for films in curve["films"]})
    axes[-1].set_xscale("log")
    axes[-1].set_xticks(films, [f"{number:,}" for number in films])
    axes[-1].minorticks_off()
    axes[-1].tick_params(labelsize=SMALL_TEXT)
    axes[-1].set_xlabel("films that the update was fitted on", fontsize=TEXT, color=MUTED)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _panel(ax: Axes, curves: Mapping[str, pd.DataFrame], measure: str) -> None:
    markers = series_markers(list(curves))
    for place, (site, (colour, _)) in enumerate(series_styles(list(curves)).items()):
        numbers = [measure, f"{measure}_low", f"{measure}_high", f"{measure}_before"]
        curve = curves[site].astype(dict.fromkeys(numbers, float))
        films = curve["films"] * APART ** (place - (len(curves) - 1) / 2)
        ax.vlines(films, curve[f"{measure}_low"], curve[f"{measure}_high"], color=colour, alpha=0.5)
        ax.plot(films, curve[measure], color=colour, marker=markers[site], label=site)
        ax.plot(
            films, curve[f"{measure}_before"], color=colour, linestyle="--",
            label=f"{site}, no update",
        )  # fmt: skip
