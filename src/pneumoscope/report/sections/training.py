"""How the models were fitted."""

from collections.abc import Mapping

import pandas as pd

from pneumoscope.plots.curves import best_epoch
from pneumoscope.report.blocks import Block, Cell, Figure, Gallery, Section, Table, Undefined

HEADER = [
    "architecture",
    "epochs",
    "best epoch",
    "train loss",
    "validation loss",
    "validation AUROC",
    "minutes",
]


def training_section(
    histories: Mapping[str, pd.DataFrame], figures: Mapping[str, bytes]
) -> Section:
    """Return a table of the best epochs and the training curves.

    Args:
        histories: Architecture to its history, one row an epoch.
        figures: Architecture to the PNG of its curves; one left out is not shown.
    """
    curves = [
        Figure(figures[name], _caption(name, history), f"Training curves of {name}.")
        for name, history in histories.items()
        if name in figures
    ]
    rows = [_row(name, history) for name, history in histories.items()]
    caption = "Losses and AUROC at the best epoch, the one with the lowest validation loss."
    table = Table(HEADER, rows, caption, {"minutes": ".1f"})
    blocks: list[Block] = [table, *([Gallery(curves)] if curves else [])]
    return Section("Training", blocks)


def _row(name: str, history: pd.DataFrame) -> list[Cell]:
    minutes = float(history["seconds"].sum()) / 60
    best = best_epoch(history)
    if best is None:
        unknown = Undefined(f"{name} has no validation loss")
        return [name, len(history), unknown, unknown, unknown, unknown, minutes]
    at_best = history[history["epoch"] == best].iloc[0]
    measured = [float(at_best[key]) for key in ("loss", "validation_loss", "validation_auroc")]
    return [name, len(history), best, *measured, minutes]


def _caption(name: str, history: pd.DataFrame) -> str:
    best, epochs = best_epoch(history), len(history)
    if best is None:
        return f"{name}: no validation loss was recorded, so no epoch can be called best."
    at_best, last = history[history["epoch"] == best].iloc[0], history.iloc[-1]
    start = f"{name}: validation loss is lowest, {at_best['validation_loss']:.3f}, at epoch {best}"
    if best == last["epoch"]:
        return f"{start}, the last one: it was still falling, and more epochs might help."
    if last["loss"] < at_best["loss"] and last["validation_loss"] > at_best["validation_loss"]:
        return (
            f"{start} of {epochs}. By the last it is {last['validation_loss']:.3f} while the "
            f"training loss fell from {at_best['loss']:.3f} to {last['loss']:.3f}: overfitting."
        )
    return f"{start} of {epochs}, whose weights are kept."
