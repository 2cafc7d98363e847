"""Training curves of one architecture."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from pneumoscope.naming import Split
from pneumoscope.plots.style import (
    GRID,
    INK,
    MUTED,
    PAPER,
    SMALL_TEXT,
    SPLIT_COLOURS,
    TEXT,
    legend_below,
    new_figure,
    polish,
)

MARKERS_UP_TO = 30
VALIDATION, STRESSED, HARD = SPLIT_COLOURS[Split.VALIDATION], "#b8860b", "#8b2252"


def kept_epoch(history: pd.DataFrame) -> int:
    """Return the epoch whose weights the model has.

    Args:
        history: Columns epoch and kept (true once), one row an epoch.
    """
    return int(history.loc[history["kept"], "epoch"].iloc[0])


def plot_training_curves(history: pd.DataFrame) -> Figure:
    """Draw loss, AUROC, accuracy and learning rate by epoch, the kept epoch marked.

    Args:
        history: One row an epoch; columns epoch, phase, learning_rate, kept, and loss,
            accuracy, auroc: plain for train, `validation_`, `stressed_` and `hard_` for the
            others; of hard validation nothing is drawn where there is none.
    """
    figure = new_figure(height=5.0)
    (loss, auroc), (accuracy, rate) = figure.subplots(2, 2, sharex=True)
    for ax, quantity, title in (
        (loss, "loss", "loss"),
        (auroc, "auroc", "AUROC"),
        (accuracy, "accuracy", "accuracy"),
    ):
        _curve(ax, history, quantity, "train", SPLIT_COLOURS[Split.TRAIN], "--")
        _curve(ax, history, f"validation_{quantity}", "validation", VALIDATION, "-")
        _curve(ax, history, f"stressed_{quantity}", "stressed validation", STRESSED, "-.")
        if f"hard_{quantity}" in history and history[f"hard_{quantity}"].notna().any():
            _curve(ax, history, f"hard_{quantity}", "hard validation", HARD, ":")
        _panel(ax, history, title)
    rate.plot(history["epoch"], history["learning_rate"], color=INK, linewidth=2)
    rate.set_yscale("log")
    rate.minorticks_off()
    _panel(rate, history, "learning rate")
    _name_rates(rate, history)
    legend_below(auroc)
    _name_kept_epoch(rate, history)
    for ax in (accuracy, rate):
        ax.set_xlabel("epoch", fontsize=SMALL_TEXT, color=MUTED)
    return figure


def _curve(
    ax: Axes, history: pd.DataFrame, column: str, label: str, colour: str, dashes: str
) -> None:
    ax.plot(
        history["epoch"],
        history[column],
        color=colour,
        linewidth=2,
        linestyle=dashes,
        label=label,
        marker="o" if len(history) <= MARKERS_UP_TO else None,
        markersize=4,
    )


def _panel(ax: Axes, history: pd.DataFrame, title: str) -> None:
    polish(ax, title)
    ax.tick_params(labelsize=SMALL_TEXT)
    ax.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]
    ax.axvline(kept_epoch(history), color=INK, linewidth=1.2, linestyle=":")
    phases = history["phase"].astype(str)
    for epoch in history["epoch"][phases.ne(phases.shift()) & (phases.shift().notna())]:
        ax.axvspan(history["epoch"].min() - 0.5, epoch - 0.5, color=GRID, alpha=0.5, zorder=0)


def _name_rates(ax: Axes, history: pd.DataFrame) -> None:
    """Name the highest and the lowest rate; a logarithmic scale may have no tick between."""
    rates = history["learning_rate"]
    shown = sorted({float(rates.max()), float(rates.min())} - {0.0})
    ax.set_yticks(shown, [f"{rate:.1e}" for rate in shown])


def _name_kept_epoch(ax: Axes, history: pd.DataFrame) -> None:
    """Name the kept epoch at the foot, above which the rate falls until the very end."""
    kept = kept_epoch(history)
    late = kept > history["epoch"].mean()
    ax.annotate(
        f"kept: epoch {kept}",
        (kept, 0.03),
        xycoords=ax.get_xaxis_transform(),
        xytext=(-4 if late else 4, 0),
        textcoords="offset points",
        ha="right" if late else "left",
        va="bottom",
        fontsize=TEXT,
        color=INK,
        path_effects=[withStroke(linewidth=4, foreground=PAPER)],
    )
