"""What is recorded, said and decided at the end of every epoch."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np

from pneumoscope.models.batches import RadiographBatches
from pneumoscope.progress import duration

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EpochReport:
    """One row of the history.

    Attributes:
        epoch: Number of the epoch, from 1, counted over both phases.
        phase: `frozen` (head on a frozen backbone) or `training`.
        learning_rate: Rate of the epoch's first step.
        loss: Cross-entropy and penalties on augmented training radiographs, averaged while
            the weights still moved.
        accuracy: Share correct at 0.5, on the same radiographs.
        auroc: Area under the ROC curve, on the same radiographs, from 200 thresholds.
        validation_loss: The loss after the epoch, on validation as it is stored.
        validation_accuracy: Share of validation correct at 0.5.
        validation_auroc: Area under the ROC curve of validation, from 200 thresholds.
        stressed_loss: The loss on stressed validation.
        stressed_accuracy: Share of stressed validation correct at 0.5.
        stressed_auroc: Area under the ROC curve of stressed validation.
        seconds: Duration, validation included.
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
    seconds: float


class EpochMonitor(keras.callbacks.Callback):
    """Watches all phases of one fit: rows, progress, the best weights, and when to stop.

    Args:
        subject: The model whose best weights are kept, in memory.
        batches: Training batches, which are told which epoch begins.
        stressed: Stressed validation, measured at the end of every epoch.
        select_by: Whose loss says which epoch is best: `validation` or `stressed`.
        patience: Epochs without a better loss before a phase ends.
        report: Called with every row, or None.
    """

    def __init__(
        self,
        subject: keras.Model,
        batches: RadiographBatches,
        stressed: RadiographBatches,
        select_by: Literal["validation", "stressed"],
        patience: int,
        report: Callable[[EpochReport], None] | None,
    ) -> None:
        """Start with no rows and no best epoch."""
        super().__init__()
        self.reports: list[EpochReport] = []
        self.best_epoch = 0
        self._subject = subject
        self._batches = batches
        self._stressed = stressed
        self._select_by = select_by
        self._patience = patience
        self._report = report
        self._best_loss = math.inf
        self._best_weights: list[np.ndarray] = []

    def begin_phase(self, phase: str, last_epoch: int, epochs_after: int) -> None:
        """Start a phase that ends with an epoch and is followed by others, at most."""
        self._phase = phase
        self._epochs = last_epoch + epochs_after
        self._epochs_after = epochs_after
        self._waited = 0

    def restore_best(self) -> None:
        """Give the model the weights of the best epoch."""
        self._subject.set_weights(self._best_weights)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Start the clock and shuffle for this epoch."""
        self._started = time.perf_counter()
        self._epoch = epoch + 1
        self._learning_rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self._batches.begin_epoch(self._epoch)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Stop at the first step whose loss is not a number.

        Raises:
            FloatingPointError: When the training loss is NaN or infinite.
        """
        self._check_finite("training", float((logs or {})["loss"]))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Record the row, keep the weights if they are the best, stop if nothing improves.

        Raises:
            FloatingPointError: When the validation loss is NaN or infinite.
        """
        row = self._row(logs or {})
        self._check_finite("validation", row.validation_loss)
        self.reports.append(row)
        self._judge(row)
        self._log(row)
        if self._report is not None:
            self._report(row)

    def _check_finite(self, part: str, loss: float) -> None:
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"{self._subject.name}: expected a finite {part} loss, received {loss} in epoch "
                f"{self._epoch} at learning rate {self._learning_rate:g}. Lower the learning "
                "rate, or set `precision: float32` if it is mixed."
            )

    def _row(self, logs: dict[str, Any]) -> EpochReport:
        stressed = self.model.evaluate(self._stressed, verbose=0, return_dict=True)
        return EpochReport(
            epoch=self._epoch,
            phase=self._phase,
            learning_rate=self._learning_rate,
            loss=float(logs["loss"]),
            accuracy=float(logs["accuracy"]),
            auroc=float(logs["auroc"]),
            validation_loss=float(logs["val_loss"]),
            validation_accuracy=float(logs["val_accuracy"]),
            validation_auroc=float(logs["val_auroc"]),
            stressed_loss=float(stressed["loss"]),
            stressed_accuracy=float(stressed["accuracy"]),
            stressed_auroc=float(stressed["auroc"]),
            seconds=time.perf_counter() - self._started,
        )

    def _judge(self, row: EpochReport) -> None:
        loss = row.stressed_loss if self._select_by == "stressed" else row.validation_loss
        if loss < self._best_loss:
            self._best_loss = loss
            self._best_weights = self._subject.get_weights()
            self.best_epoch = row.epoch
            self._waited = 0
            return
        self._waited += 1
        self.model.stop_training = self._waited >= self._patience

    def _log(self, row: EpochReport) -> None:
        left = (self._epochs - row.epoch) * row.seconds
        ending = self.model.stop_training and not self._epochs_after
        remaining = "stops early" if ending else f"about {duration(left)} left"
        logger.info(
            "%s: epoch %d/%d (%s), loss %.3f, AUROC on validation %.3f, stressed %.3f, %s",
            self._subject.name,
            row.epoch,
            self._epochs,
            row.phase,
            row.loss,
            row.validation_auroc,
            row.stressed_auroc,
            remaining,
        )
