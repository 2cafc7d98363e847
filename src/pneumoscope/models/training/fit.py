"""Fitting a model in one or two phases: seeded, repeatable, and resumed where it stopped."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import keras
import pandas as pd

from pneumoscope.errors import InputError
from pneumoscope.models.architectures.backbones import train_top
from pneumoscope.models.architectures.weights import is_pretrained
from pneumoscope.models.resume.checkpoint import Checkpoint, CheckpointStore
from pneumoscope.models.resume.fingerprint import fingerprint
from pneumoscope.models.resume.state import EpochKeeper, TrainingState, read_state, write_state
from pneumoscope.models.training import execution
from pneumoscope.models.training.batch_norm import fused_batch_norm
from pneumoscope.models.training.batches import TrainingData
from pneumoscope.models.training.feeds import Feed, feed_for
from pneumoscope.models.training.folding import folded_batch_norm
from pneumoscope.models.training.history import EpochReport
from pneumoscope.models.training.metrics import measures
from pneumoscope.models.training.monitor import EpochMonitor, Progress
from pneumoscope.models.training.optimizer import build_optimizer
from pneumoscope.models.training.phases import Phase, list_phases
from pneumoscope.models.training.streaming import stream
from pneumoscope.models.training.variables import Values, assign, values
from pneumoscope.models.training.weight_averaging import AveragedWeights
from pneumoscope.options import BackboneOptions, FittingOptions, Recipe

logger = logging.getLogger(__name__)

Report = Callable[[EpochReport], None]


@dataclass(frozen=True)
class FitResult:
    """A fitted model and how it came about.

    Attributes:
        model: The model of the best epoch, without augmentation and uncompiled.
        history: One row an epoch, with the columns of `EpochReport` and `kept`, true for the
            epoch whose weights the model has.
        best_epoch: The epoch whose weights were kept, from 1.
    """

    model: keras.Model
    history: pd.DataFrame
    best_epoch: int


def fit(
    model: keras.Model,
    recipe: Recipe,
    data: TrainingData,
    seed: int,
    report: Report | None = None,
    title: str | None = None,
    store: CheckpointStore | None = None,
) -> FitResult:
    """Fit a model: its head on the frozen backbone first, if asked for, then the whole.

    The second phase moves the top `trainable_share` of a backbone and everything outside it,
    with a cosine decay of the rate. The weights, or their running average, of the lowest clean,
    stressed or hard validation loss over both phases are kept. Augmentation stands before the model
    while it is fitted and is no part of the result. After `prepare_backend(seed)`, equal
    arguments give equal weights on one kind of processor, whether the training was interrupted
    or not.

    Args:
        model: From `registry.build`; its weights are changed in place.
        recipe: The options that the model was built with, augmentation and fitting.
        data: Radiographs to train on and to choose the epoch by.
        seed: Seed of shuffling and augmentation.
        report: Called with every epoch's row, once its state is kept.
        title: What log lines call the training; the architecture if it is not given.
        store: Where the state after every epoch is kept, and resumed from; nowhere if it is
            not given. The state of a finished training stays there.

    Raises:
        InputError: When the loss is NaN or infinite, or hard validation is to choose the epoch and
            there is none.
    """
    title = title or model.name
    if recipe.fitting.select_by == "hard" and data.hard is None:
        raise InputError(
            f"hard films in validation, by which `{title}.fitting.select_by` chooses the epoch",
            "too few (the report's section on who took the films says how many)",
            "Choose by `stressed` validation, or give validation more patients.",
        )
    feed = feed_for(model, recipe, data, seed)
    described = fingerprint(model, data, recipe, seed) if store is not None else {}
    checkpoint = Checkpoint(store, described, title)
    phases = list_phases(recipe, len(feed.train), title)
    try:
        progress = _Fit(model, recipe, phases, feed, checkpoint, title).run(report)
    except KeyboardInterrupt:
        if store is not None:
            logger.warning("%s: stopped; the same run goes on after its last epoch", title)
        raise
    history = pd.DataFrame([asdict(row) for row in progress.reports])
    history["kept"] = history["epoch"] == progress.best_epoch
    return FitResult(model, history, progress.best_epoch)


class _Fit:
    """One fit, from the state that its checkpoint holds to the end."""

    def __init__(
        self,
        model: keras.Model,
        recipe: Recipe,
        phases: list[Phase],
        feed: Feed,
        checkpoint: Checkpoint,
        title: str,
    ) -> None:
        self._model = model
        self._recipe = recipe
        self._phases = phases
        self._feed = feed
        self._checkpoint = checkpoint
        self._title = title

    def run(self, report: Report | None) -> Progress:
        """Run the phases that are not over yet and leave the best weights in the model."""
        state = self._resumed()
        fitting = self._recipe.fitting
        monitor = EpochMonitor(
            self._model, self._feed, self._phases, fitting, self._title, state.progress
        )
        for index in range(state.phase, len(self._phases)):
            phase = self._phases[index]
            self._unfreeze(phase.trainable_share)
            _compile(self._feed.trainer, phase, fitting, state.optimizer)
            self._train(index, monitor, state, report)
            state = TrainingState()
        self._finish(monitor.progress)
        return monitor.progress

    def _resumed(self) -> TrainingState:
        state = read_state(self._checkpoint)
        if state.variables:
            assign(self._model.variables, state.variables)
            done = len(state.progress.reports)
            logger.info("%s: goes on after epoch %d, from its checkpoint", self._title, done)
        return state

    def _train(
        self, index: int, monitor: EpochMonitor, state: TrainingState, report: Report | None
    ) -> None:
        averages = self._recipe.fitting.ema_momentum is not None
        averaging = AveragedWeights(state.paused) if averages else None
        keeper = EpochKeeper(self._model, index, monitor, averaging, self._checkpoint)
        reporting = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda *_: report(monitor.progress.reports[-1]) if report else None
        )
        last = monitor.begin_phase(index)
        done = len(monitor.progress.reports)
        self._feed.begin_epoch(done + 1)
        try:
            with fused_batch_norm(), folded_batch_norm(self._model):
                self._feed.trainer.fit(
                    stream(self._feed.train),
                    validation_data=stream(self._feed.validation),
                    initial_epoch=done,
                    epochs=last,
                    shuffle=False,
                    callbacks=[*([averaging] if averaging else []), monitor, keeper, reporting],
                    verbose=0,
                )
        finally:
            monitor.close()

    def _unfreeze(self, share: float) -> None:
        if isinstance(self._recipe.model.root, BackboneOptions):
            train_top(self._model, share, is_pretrained(self._recipe.model))

    def _finish(self, progress: Progress) -> None:
        """Keep the result alone: a run that is stopped later takes it from here."""
        self._unfreeze(1.0)
        # The model, and its checkpoint, hold the last epoch's already.
        if progress.best_weights and not progress.best_is_last:
            assign(self._model.weights, progress.best_weights)
            kept = replace(progress, best_weights=())
            write_state(
                self._checkpoint,
                TrainingState(len(self._phases), kept, values(self._model.variables)),
            )


def _compile(
    trainer: keras.Model, phase: Phase, fitting: FittingOptions, optimizer_state: Values
) -> None:
    optimizer = build_optimizer(trainer.trainable_variables, phase.learning_rate, fitting)
    if optimizer_state:
        assign(optimizer.variables, optimizer_state)
    trainer.compile(
        optimizer,
        loss=keras.losses.BinaryCrossentropy(label_smoothing=fitting.label_smoothing),
        metrics=measures(),
        jit_compile=execution.jit_compile(),
    )
