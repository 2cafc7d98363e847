"""Net benefit of models against treating all, or nobody."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.plots.style import (
    FEW,
    INK,
    MUTED,
    SMALL_TEXT,
    legend,
    legend_below,
    new_figure,
    polish,
    series_styles,
)

ROOM = 0.12
"""Share of the highest net benefit that is shown below 0, where policies fall without end."""

Panels = Mapping[float, Mapping[str, pd.DataFrame]]


def plot_decision_curves(panels: Panels, banded: str) -> Figure:
    """Draw a panel for each prevalence, with the curve of each model and both policies.

    Args:
        panels: Prevalence to model to what `evaluation.decision_curves.curve_table` gave.
        banded: The model whose interval is drawn as well; those of all would hide each other.
    """
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    figure = new_figure(height=0.9 + 2.1 * max(1, len(panels)) + 0.12 * len(names))
    rows = figure.subplots(max(1, len(panels)), 1, sharex=True, squeeze=False)[:, 0]
    styles = series_styles(names)
    for ax, (prevalence, curves) in zip(rows, panels.items(), strict=False):
        _panel(ax, curves, styles, banded)
        _frame(ax, prevalence)
    if not panels:
        rows[0].text(0.5, 0.5, "no model has calibrated probabilities", ha="center", color=MUTED)
    rows[-1].set_xlabel("threshold probability", color=MUTED)
    if len(names) > FEW:
        legend_below(rows[0])
    elif names:
        legend(rows[-1], loc="upper right", ncols=1)
    return figure


def _panel(
    ax: Axes, curves: Mapping[str, pd.DataFrame], styles: Mapping[str, tuple[str, str]], banded: str
) -> None:
    any_curve = next(iter(curves.values()))
    for name, curve in curves.items():
        colour, dashes = styles[name]
        if name == banded:
            ax.fill_between(
                curve["threshold"], curve["low"], curve["high"], color=colour, alpha=0.18, lw=0
            )
        ax.plot(curve["threshold"], curve["model"], color=colour, linestyle=dashes, label=name)
    ax.plot(any_curve["threshold"], any_curve["treat_all"], color=MUTED, lw=1.6, label="treat all")
    ax.axhline(0, color=INK, lw=1.2, label="treat nobody")


def _frame(ax: Axes, prevalence: float) -> None:
    polish(ax, f"{prevalence:.0%} show pneumonia", ylabel="net benefit", grid="both")
    ax.yaxis.label.set_fontsize(SMALL_TEXT)
    ax.set(xlim=(0, 1), ylim=(-ROOM * prevalence, (1 + ROOM) * prevalence))
