"""Net benefit of models against treating all, or nobody."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.plots.style import (
    INK,
    MUTED,
    SMALL_TEXT,
    legend_below,
    new_figure,
    polish,
    series_styles,
)

ROOM = 0.12
"""Share of the highest net benefit that is shown below 0, where policies fall without end."""

Panels = Mapping[float, Mapping[str, pd.DataFrame]]


def plot_decision_curves(panels: Panels, models: Sequence[str], banded: str) -> Figure:
    """Draw a panel for each prevalence, with the curve of each model and both policies.

    Args:
        panels: Prevalence to model to what `evaluation.decision_curves.curve_table` gave.
        models: All models of the run, with a curve or without: each keeps the colour that it has in
            the other figures.
        banded: The model whose interval is drawn as well; those of all would hide each other.
    """
    figure = new_figure(height=1.2 + 2.1 * max(1, len(panels)) + 0.12 * len(models))
    rows = figure.subplots(max(1, len(panels)), 1, sharex=True, squeeze=False)[:, 0]
    styles = series_styles(models)
    for ax, (prevalence, curves) in zip(rows, panels.items(), strict=False):
        _panel(ax, curves, styles, banded)
        _frame(ax, prevalence)
    rows[-1].set_xlabel("threshold probability", color=MUTED)
    if not panels:
        rows[0].text(0.5, 0.5, "no model has calibrated probabilities", ha="center", color=MUTED)
    else:
        legend_below(rows[0])
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
    ax.plot(any_curve["threshold"], any_curve["treat_all"], color=MUTED, ls=":", label="treat all")
    ax.axhline(0, color=INK, lw=1.2, label="treat nobody")


def _frame(ax: Axes, prevalence: float) -> None:
    polish(ax, f"{prevalence:.0%} show pneumonia", ylabel="net benefit", grid="both")
    ax.yaxis.label.set_fontsize(SMALL_TEXT)
    ax.set(xlim=(0, 1), ylim=(-ROOM * prevalence, (1 + ROOM) * prevalence))
