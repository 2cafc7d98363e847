"""Training curves of one architecture."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.naming import Split
from pneumoscope.plots.style import (
    GRID,
    INK,
    MUTED,
    SMALL_TEXT,
    SPLIT_COLOURS,
    TEXT,
    legend,
    new_figure,
    polish,
)

MARKERS_UP_TO = 30


def best_epoch(history: pd.DataFrame) -> int | None:
    """Return the first epoch with the lowest validation loss, or None where none is finite.

    Args:
        history: Columns epoch and validation_loss, one row an epoch.
    """
    losses = history["validation_loss"].to_numpy(dtype=float)
    if np.isnan(losses).all():
        return None
    return int(history["epoch"].iloc[int(np.nanargmin(losses))])


def plot_training_curves(history: pd.DataFrame) -> Figure:
    """Draw loss, AUROC, accuracy and learning rate by epoch, the best epoch marked.

    Args:
        history: One row an epoch; columns epoch, phase, learning_rate, loss, accuracy, auroc
            and validation_loss, validation_accuracy, validation_auroc.
    """
    figure = new_figure(height=5.0)
    (loss, auroc), (accuracy, rate) = figure.subplots(2, 2, sharex=True)
    for ax, quantity, title in (
        (loss, "loss", "loss"),
        (auroc, "auroc", "AUROC"),
        (accuracy, "accuracy", "accuracy"),
    ):
        _curve(ax, history, quantity, Split.TRAIN)
        _curve(ax, history, f"validation_{quantity}", Split.VALIDATION)
        _panel(ax, history, title)
    rate.plot(history["epoch"], history["learning_rate"], color=INK, linewidth=2)
    rate.set_yscale("log")
    rate.minorticks_off()
    _panel(rate, history, "learning rate")
    legend(auroc, loc="lower right")
    _name_best_epoch(loss, history)
    for ax in (accuracy, rate):
        ax.set_xlabel("epoch", fontsize=SMALL_TEXT, color=MUTED)
    return figure


def _curve(ax: Axes, history: pd.DataFrame, column: str, split: Split) -> None:
    ax.plot(
        history["epoch"],
        history[column],
        color=SPLIT_COLOURS[split],
        linewidth=2,
        linestyle="--" if split is Split.TRAIN else "-",
        label=str(split),
        marker="o" if len(history) <= MARKERS_UP_TO else None,
        markersize=4,
    )


def _panel(ax: Axes, history: pd.DataFrame, title: str) -> None:
    polish(ax, title)
    ax.tick_params(labelsize=SMALL_TEXT)
    ax.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]
    best = best_epoch(history)
    if best is not None:
        ax.axvline(best, color=SPLIT_COLOURS[Split.VALIDATION], linewidth=1.2, linestyle=":")
    phases = history["phase"].astype(str)
    for epoch in history["epoch"][phases.ne(phases.shift()) & (phases.shift().notna())]:
        ax.axvspan(history["epoch"].min() - 0.5, epoch - 0.5, color=GRID, alpha=0.5, zorder=0)


def _name_best_epoch(ax: Axes, history: pd.DataFrame) -> None:
    best = best_epoch(history)
    if best is None:
        return
    late = best > history["epoch"].mean()
    ax.annotate(
        f"best: epoch {best}",
        (best, 0.97),
        xycoords=ax.get_xaxis_transform(),
        xytext=(-4 if late else 4, 0),
        textcoords="offset points",
        ha="right" if late else "left",
        va="top",
        fontsize=TEXT,
        color=SPLIT_COLOURS[Split.VALIDATION],
    )
