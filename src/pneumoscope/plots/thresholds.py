"""Sensitivity, specificity, PPV and NPV against the threshold."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from pneumoscope.naming import Consequence, Label
from pneumoscope.plots.style import (
    GRID,
    INK,
    LABEL_COLOURS,
    PAPER,
    SMALL_TEXT,
    TEXT,
    legend,
    new_figure,
    polish,
)

SHOWN = {
    Consequence.SENSITIVITY: "sensitivity",
    Consequence.SPECIFICITY: "specificity",
    Consequence.PPV: "PPV",
    Consequence.NPV: "NPV",
}

STYLES = {
    Consequence.SENSITIVITY: (LABEL_COLOURS[Label.PNEUMONIA], "-"),
    Consequence.SPECIFICITY: (LABEL_COLOURS[Label.NORMAL], "-"),
    Consequence.PPV: (LABEL_COLOURS[Label.PNEUMONIA], "--"),
    Consequence.NPV: (LABEL_COLOURS[Label.NORMAL], "--"),
}
"""Colours of the class that each speaks of: of all PNEUMONIA, and of all called so."""


def plot_thresholds(
    sweeps: Mapping[str, pd.DataFrame],
    locked: float,
    zone: tuple[float, float] | None = None,
) -> Figure:
    """Draw sensitivity, specificity, PPV and NPV against the threshold, the locked one marked.

    Args:
        sweeps: Split to what `evaluation.thresholds.sweep` gave; one panel each.
        locked: The threshold that predictions are made with.
        zone: Limits of the scores that are handed to a human, shaded; None without a grey zone.

    Raises:
        ValueError: No split is given.
    """
    if not sweeps:
        raise ValueError("expected a split with both classes to draw, received none")
    figure = new_figure(height=0.9 + 2.5 * len(sweeps))
    axes = figure.subplots(len(sweeps), 1, squeeze=False, sharex=True)[:, 0]
    for ax, (split, sweep) in zip(axes, sweeps.items(), strict=True):
        _panel(ax, sweep, locked)
        if zone is not None:
            ax.axvspan(*zone, color=GRID, zorder=0)
        polish(ax, split)
        ax.set(xlim=(-0.01, 1.01), ylim=(-0.02, 1.04))
    axes[-1].set_xlabel("threshold", fontsize=TEXT)
    _name_locked(axes[0], locked)
    handles, labels = axes[0].get_legend_handles_labels()
    legend_at = {"handles": handles, "labels": labels, "ncols": 4, "columnspacing": 1.2}
    legend(axes[-1], loc="upper center", bbox_to_anchor=(0.5, -0.28), **legend_at)
    return figure


def _panel(ax: Axes, sweep: pd.DataFrame, locked: float) -> None:
    for quantity, name in SHOWN.items():
        colour, dashes = STYLES[quantity]
        ax.plot(
            sweep["threshold"],
            sweep[quantity],
            drawstyle="steps-mid",
            color=colour,
            linestyle=dashes,
            linewidth=2,
            label=name,
        )
    ax.axvline(locked, color=INK, linewidth=1.4)


def _name_locked(ax: Axes, locked: float) -> None:
    right = locked > 0.5
    ax.annotate(
        f"locked at {locked:.3f}",
        (locked, 0.04),
        xytext=(-5 if right else 5, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        fontsize=SMALL_TEXT,
        color=INK,
        path_effects=[withStroke(linewidth=4, foreground=PAPER)],
    )
