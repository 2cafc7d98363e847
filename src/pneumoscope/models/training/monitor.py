"""What is recorded, said and decided at the end of every epoch."""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import keras

from pneumoscope.errors import InputError
from pneumoscope.models.training.feeds import Feed
from pneumoscope.models.training.history import EpochReport
from pneumoscope.models.training.phases import FROZEN, TRAINING, Phase
from pneumoscope.models.training.streaming import stream
from pneumoscope.models.training.variables import Values, values
from pneumoscope.options import FittingOptions
from pneumoscope.progress import EpochBar, duration

logger = logging.getLogger(__name__)

# The way back through a network costs twice the way there.
_PASSES_OF_A_STEP = 3


@dataclass(frozen=True)
class Progress:
    """What a monitor has seen so far: enough to go on from.

    Attributes:
        reports: One row a finished epoch.
        best_epoch: The best of them, or 0.
        best_loss: Its loss.
        best_weights: The weights after it.
        waited: Epochs of the phase since the last better one.
    """

    reports: tuple[EpochReport, ...] = ()
    best_epoch: int = 0
    best_loss: float = math.inf
    best_weights: Values = ()
    waited: int = 0

    @property
    def best_is_last(self) -> bool:
        """Whether the best epoch is the one that was finished last."""
        return bool(self.reports) and self.reports[-1].epoch == self.best_epoch


class EpochMonitor(keras.callbacks.Callback):
    """Watches all phases of one fit: rows, progress, the best weights, and when to stop.

    Args:
        subject: The model whose best weights are kept, in memory.
        feed: What is trained on what.
        phases: All phases of the fit.
        fitting: Whose loss says which epoch is best, and how many may pass without a better one
            before a phase ends.
        title: What log lines and errors call the training.
        progress: Where an interrupted fit stood, to go on from there.
    """

    def __init__(
        self,
        subject: keras.Model,
        feed: Feed,
        phases: Sequence[Phase],
        fitting: FittingOptions,
        title: str,
        progress: Progress,
    ) -> None:
        """Go on from the progress."""
        super().__init__()
        self.progress = progress
        self._subject = subject
        self._feed = feed
        self._phases = phases
        self._fitting = fitting
        self._title = title
        self._ended = time.perf_counter()
        self._bar = EpochBar()

    def begin_phase(self, index: int) -> int:
        """Begin a phase, or take it up; return the number of its last epoch, at most."""
        self._phase = self._phases[index]
        self._stressed = stream(self._feed.stressed)
        self._hard = stream(self._feed.hard) if self._feed.hard else None
        earlier = [row for row in self.progress.reports if row.phase != self._phase.name]
        if len(earlier) == len(self.progress.reports):
            self.progress = replace(self.progress, waited=0)
        self._last_epoch = len(earlier) + self._phase.epochs
        self._epochs_after = sum(phase.epochs for phase in self._phases[index + 1 :])
        return self._last_epoch

    @property
    def phase_ended(self) -> bool:
        """Whether the epoch that has just been judged is the last of its phase."""
        return self.progress.reports[-1].epoch == self._last_epoch or self.model.stop_training

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Draw what this epoch shows."""
        self._epoch = epoch + 1
        self._loss: Any = 0.0
        self._learning_rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self._feed.begin_epoch(self._epoch)
        self._begin_bar()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop one step after the first whose loss is not a number.

        Raises:
            InputError: When the training loss is NaN or infinite.
        """
        # The loss of the step before: asking for this one would make a backend that computes
        # in the background wait, and the next batch would not be gathered meanwhile.
        loss = float(self._loss)
        self._check_finite("training", loss)
        self._bar.step(batch + 1, loss if batch else None)
        self._loss = (logs or {})["loss"]

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Record the row, keep the weights if they are the best, stop if nothing improves.

        Raises:
            InputError: When a loss is NaN or infinite.
        """
        row = self._row(logs or {})
        self._bar.end()
        self._check_finite("training", row.loss)
        self._check_finite("validation", row.validation_loss)
        self._check_finite("stressed validation", row.stressed_loss)
        self._check_finite("hard validation", row.hard_loss or 0.0)
        self._judge(row)
        self._log(row)

    def close(self) -> None:
        """Take the bar away, whatever ended the training."""
        self._bar.end()

    def _begin_bar(self) -> None:
        reports = self.progress.reports
        title = f"{self._title}: epoch {self._epoch}/{self._last_epoch + self._epochs_after}"
        left = seconds_left(self._phases, reports) if reports else None
        self._bar.begin(title, len(self._feed.train), left)

    def _check_finite(self, part: str, loss: float) -> None:
        if not math.isfinite(loss):
            raise InputError(
                f"a finite {part} loss ({self._title})",
                f"{loss} in epoch {self._epoch} at learning rate {self._learning_rate:g}",
                "Lower the learning rate, or set `precision: float32` if it is mixed.",
            )

    def _row(self, logs: dict[str, Any]) -> EpochReport:
        stressed = self.model.evaluate(self._stressed, verbose=0, return_dict=True)
        hard = self._on_hard()
        last, self._ended = self._ended, time.perf_counter()
        return EpochReport(
            epoch=self._epoch,
            phase=self._phase.name,
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
            hard_loss=hard.get("loss"),
            hard_accuracy=hard.get("accuracy"),
            hard_auroc=hard.get("auroc"),
            seconds=self._ended - last,
        )

    def _on_hard(self) -> dict[str, float]:
        """Measure hard validation; nothing where there is none."""
        if self._hard is None:
            return {}
        found = self.model.evaluate(self._hard, verbose=0, return_dict=True)
        return {name: float(value) for name, value in found.items()}

    def _judge(self, row: EpochReport) -> None:
        loss = getattr(row, f"{self._fitting.select_by}_loss")
        before = self.progress
        reports = (*before.reports, row)
        if loss < before.best_loss:
            best = values(self._subject.weights)
            self.progress = Progress(reports, row.epoch, loss, best, 0)
        else:
            self.progress = replace(before, reports=reports, waited=before.waited + 1)
        self.model.stop_training = self.progress.waited >= self._fitting.patience

    def _log(self, row: EpochReport) -> None:
        stops = self.model.stop_training and not self._epochs_after
        left = seconds_left(self._phases, self.progress.reports)
        logger.info(
            "%s: epoch %d/%d (%s), loss %.3f, AUROC on validation %.3f, stressed %.3f%s, %s",
            self._title,
            row.epoch,
            self._last_epoch + self._epochs_after,
            row.phase,
            row.loss,
            row.validation_auroc,
            row.stressed_auroc,
            "" if row.hard_auroc is None else f", hard {row.hard_auroc:.3f}",
            "stops early" if stops else f"about {duration(left)} left",
        )


def seconds_left(phases: Sequence[Phase], reports: Sequence[EpochReport]) -> float:
    """Estimate the duration of all epochs to come, if none is spared by stopping early.

    An epoch of a phase costs the median of those before it. As long as no epoch has moved the
    backbone, one is taken for three passes through it, and the longest frozen epoch for one.
    """
    spent = {
        phase.name: [row.seconds for row in reports if row.phase == phase.name] for phase in phases
    }
    left = 0.0
    for phase in phases:
        to_come = phase.epochs - len(spent[phase.name])
        if phase.name == FROZEN and spent.get(TRAINING):
            continue
        if spent[phase.name]:
            left += to_come * median(spent[phase.name])
        else:
            left += to_come * _PASSES_OF_A_STEP * max(spent[FROZEN])
    return left
