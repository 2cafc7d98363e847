"""How the models were fitted."""

from collections.abc import Mapping

import pandas as pd

from pneumoscope.plots.curves import kept_epoch
from pneumoscope.report.blocks import Block, Figure, Gallery, Section, Table
from pneumoscope.report.cells import Cell

HEADER = [
    "architecture",
    "epochs",
    "kept epoch",
    "validation loss",
    "validation AUROC",
    "stressed loss",
    "stressed AUROC",
    "minutes",
]

CAPTION = (
    "Loss and AUROC of the epoch whose weights are kept. Stressed validation holds the same films "
    "compressed, blurred, darkened, and with the encodings of the classes swapped: a model that "
    "falls there has learnt the archive rather than the lungs."
)


def training_section(
    histories: Mapping[str, pd.DataFrame], figures: Mapping[str, bytes]
) -> Section:
    """Return a table of the kept epochs and the training curves.

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
    table = Table(HEADER, rows, CAPTION, {"minutes": ".1f"})
    blocks: list[Block] = [table, *([Gallery(curves)] if curves else [])]
    return Section("Training", blocks)


def _row(name: str, history: pd.DataFrame) -> list[Cell]:
    minutes = float(history["seconds"].sum()) / 60
    kept = history[history["kept"]].iloc[0]
    keys = ("validation_loss", "validation_auroc", "stressed_loss", "stressed_auroc")
    return [name, len(history), kept_epoch(history), *(float(kept[key]) for key in keys), minutes]


def _caption(name: str, history: pd.DataFrame) -> str:
    kept, last = history[history["kept"]].iloc[0], history.iloc[-1]
    start = f"{name}: the weights of epoch {kept_epoch(history)} of {len(history)} are kept"
    if kept["epoch"] == last["epoch"]:
        return f"{start}, the last one: more epochs might help."
    if last["loss"] < kept["loss"] and last["validation_loss"] > kept["validation_loss"]:
        return (
            f"{start}. By the last the validation loss rose from {kept['validation_loss']:.3f} to "
            f"{last['validation_loss']:.3f} while the training loss fell from "
            f"{kept['loss']:.3f} to {last['loss']:.3f}: overfitting."
        )
    return f"{start}; later ones brought nothing."
