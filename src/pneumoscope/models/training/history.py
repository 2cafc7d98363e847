"""The history of a training: one row an epoch, and what its curves show."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import pandas as pd

_FEWEST = 5
"""Epochs after the kept one below which a trend cannot be separated from the noise of an epoch."""

_CHANCE = 0.05
"""Share of trainings without a trend in which one may be found."""

_MOVED = 0.1
"""Share of the kept epoch's loss that a trend has to move by: less matters little, and epochs that
resemble their neighbours drift by as much on a plateau."""


@dataclass(frozen=True)
class EpochReport:
    """One row of the history.

    Attributes:
        epoch: Number of the epoch, from 1, counted over both phases.
        phase: `frozen` (head on a frozen backbone) or `training`.
        learning_rate: Rate of the epoch's first step.
        loss: Cross-entropy and penalties on augmented training radiographs, averaged while
            the weights still moved. With `mixup` or `label_smoothing` its lowest possible
            value is above 0.
        accuracy: Share correct at 0.5, on the same radiographs; a blend of two counts as what
            has the larger share in it.
        auroc: Area under the ROC curve, on the same radiographs, from 200 thresholds.
        validation_loss: The loss after the epoch, on validation as it is stored.
        validation_accuracy: Share of validation correct at 0.5.
        validation_auroc: Area under the ROC curve of validation, from 200 thresholds.
        stressed_loss: The loss on stressed validation.
        stressed_accuracy: Share of stressed validation correct at 0.5.
        stressed_auroc: Area under the ROC curve of stressed validation.
        hard_loss: The loss on hard validation, the films of validation whose periphery points to
            the other class; None, as the next two, where there are too few of them.
        hard_accuracy: Share of hard validation correct at 0.5.
        hard_auroc: Area under the ROC curve of hard validation.
        seconds: Duration since the last epoch ended, with everything that was needed.
    """

    epoch: int
    phase: str
    learning_rate: float
    loss: float
    accuracy: float
    auroc: float
    validation_loss: float
    validation_accuracy: float
    validation_auroc: float
    stressed_loss: float
    stressed_accuracy: float
    stressed_auroc: float
    hard_loss: float | None
    hard_accuracy: float | None
    hard_auroc: float | None
    seconds: float


@dataclass(frozen=True)
class History:
    """Every epoch of a training, and which of them the model's weights are of."""

    epochs: Sequence[EpochReport]
    kept: EpochReport

    @classmethod
    def of(cls, table: pd.DataFrame) -> "History":
        """Read a table with the columns of `EpochReport` and `kept`, true once."""
        # A column of numbers reads None as NaN; one from before there was hard validation lacks it.
        rows = table.reindex(columns=[field.name for field in fields(EpochReport)])
        rows = rows.astype(object).where(rows.notna(), None)
        epochs = [EpochReport(*row) for row in rows.itertuples(index=False)]
        return cls(epochs, epochs[table["kept"].to_numpy().argmax()])

    @property
    def minutes(self) -> float:
        """Duration of the whole training."""
        return sum(row.seconds for row in self.epochs) / 60

    @property
    def overfits(self) -> bool:
        """Whether the training loss falls and validation's rises after the kept epoch.

        Both beyond chance and by more than a tenth: a trend over the later epochs. That no later
        epoch is better follows from the choice of the kept one and shows nothing.
        """
        kept, last = self.kept, self.epochs[-1]
        later = [row for row in self.epochs if row.epoch > kept.epoch]
        return (
            len(later) >= _FEWEST
            # Stressed validation may have chosen the kept epoch before the loss came down to it.
            and last.loss < kept.loss
            and last.validation_loss > kept.validation_loss
            and _trend([row.loss for row in later]) < -_MOVED * kept.loss
            and _trend([row.validation_loss for row in later]) > _MOVED * kept.validation_loss
        )


def _trend(values: Sequence[float]) -> float:
    """Return the rise of a straight line through the values, 0 where chance explains it."""
    from scipy.stats import linregress

    found = linregress(range(len(values)), values)
    return float(found.slope) * (len(values) - 1) if found.pvalue < _CHANCE else 0.0
