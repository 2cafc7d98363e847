"""How the models were fitted."""

from collections.abc import Mapping

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.models.training.history import History
from pneumoscope.report.blocks import Block, Figure, Gallery, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose

HEADER = [
    "architecture",
    "epochs",
    "kept epoch",
    "validation loss",
    "validation AUROC",
    "stressed loss",
    "stressed AUROC",
    "hard loss",
    "hard AUROC",
    "minutes",
]


def training_section(histories: Mapping[str, History], figures: Mapping[str, bytes]) -> Section:
    """Return a table of the kept epochs and the training curves.

    Args:
        histories: Architecture to its history.
        figures: Architecture to the PNG of its curves; one left out is not shown.
    """
    curves = [
        Figure(figures[name], _caption(name, history), f"Training curves of {name}.")
        for name, history in histories.items()
        if name in figures
    ]
    rows = [_row(name, history) for name, history in histories.items()]
    table = Table(HEADER, rows, prose("training"), {"minutes": ".1f"})
    blocks: list[Block] = [table, *([Gallery(curves)] if curves else [])]
    return Section("Training", blocks)


def _row(name: str, history: History) -> list[Cell]:
    kept = history.kept
    return [
        name,
        len(history.epochs),
        kept.epoch,
        kept.validation_loss,
        kept.validation_auroc,
        kept.stressed_loss,
        kept.stressed_auroc,
        _known(kept.hard_loss),
        _known(kept.hard_auroc),
        history.minutes,
    ]


def _known(value: float | None) -> Cell:
    return Estimate(None, reason="validation has too few hard films") if value is None else value


def _caption(name: str, history: History) -> str:
    kept, last = history.kept, history.epochs[-1]
    start = f"{name}: the weights of epoch {kept.epoch} of {len(history.epochs)} are kept"
    if kept.epoch == last.epoch:
        return f"{start}, the last one: more epochs might help."
    if history.overfits:
        return (
            f"{start}. After it the validation loss rose from {kept.validation_loss:.3f} to "
            f"{last.validation_loss:.3f} while the training loss fell from {kept.loss:.3f} to "
            f"{last.loss:.3f}, beyond what epochs vary by: overfitting."
        )
    return f"{start}; no later one was better by the loss that chooses."
