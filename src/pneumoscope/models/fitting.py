"""Fitting a model in one or two phases, seeded and repeatable."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import keras
import pandas as pd

from pneumoscope.models import execution
from pneumoscope.models.augmentation import Augmentation
from pneumoscope.models.backbones import train_top
from pneumoscope.models.batches import LabelledRadiographs, RadiographBatches
from pneumoscope.models.degrading import degrading
from pneumoscope.models.epochs import EpochMonitor, EpochReport
from pneumoscope.models.weights import check_phases, is_pretrained
from pneumoscope.options import (
    AugmentationOptions,
    BackboneOptions,
    FittingOptions,
    ModelOptions,
)


@dataclass(frozen=True)
class _Phase:
    name: str
    epochs: int
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule
    trainable_share: float


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
    options: ModelOptions,
    train: LabelledRadiographs,
    validation: LabelledRadiographs,
    stressed: LabelledRadiographs,
    fitting: FittingOptions,
    augmentation: AugmentationOptions,
    seed: int,
    report: Callable[[EpochReport], None] | None = None,
) -> FitResult:
    """Fit a model: its head on the frozen backbone first, if asked for, then the whole.

    The second phase moves the top `trainable_share` of a backbone and everything outside it,
    with a cosine decay of the rate. The weights, or their running average, of the lowest clean
    or stressed validation loss over both phases are kept. Augmentation stands before the model
    while it is fitted and is no part of the result. After `prepare_backend(seed)`, equal
    arguments give equal weights.

    Args:
        model: From `registry.build`; its weights are changed in place.
        options: The options that the model was built with.
        train: Training radiographs, with sample weights where classes are weighted.
        validation: Validation radiographs; never augmented.
        stressed: Degraded copies of them.
        fitting: Epochs, rates, batch size and patience.
        augmentation: Random changes to the training radiographs.
        seed: Seed of shuffling and augmentation.
        report: Called with every epoch's row as it ends.

    Raises:
        FloatingPointError: When the loss is NaN or infinite.
        ValueError: When a frozen phase is asked of a model without pretrained weights.
    """
    check_phases(options, fitting)
    batches = RadiographBatches(train, fitting.batch_size, seed, degrading(augmentation))
    held_out = RadiographBatches(validation, fitting.batch_size)
    trainer = _with_augmentation(model, Augmentation(augmentation, seed, name="augmentation"))
    monitor = EpochMonitor(
        model,
        batches,
        RadiographBatches(stressed, fitting.batch_size),
        fitting.select_by,
        fitting.patience,
        report,
    )
    phases = _phases(options, fitting, len(batches))
    for index, phase in enumerate(phases):
        if isinstance(options.root, BackboneOptions):
            train_top(model, phase.trainable_share, is_pretrained(options))
        _compile(trainer, phase, fitting)
        done = len(monitor.reports)
        monitor.begin_phase(
            phase.name,
            last_epoch=done + phase.epochs,
            epochs_after=sum(later.epochs for later in phases[index + 1 :]),
        )
        trainer.fit(
            batches,
            validation_data=held_out,
            initial_epoch=done,
            epochs=done + phase.epochs,
            shuffle=False,
            callbacks=[*_averaging(fitting), monitor],
            verbose=0,
        )
    if isinstance(options.root, BackboneOptions):
        train_top(model, 1.0, is_pretrained(options))
    monitor.restore_best()
    history = pd.DataFrame([asdict(row) for row in monitor.reports])
    history["kept"] = history["epoch"] == monitor.best_epoch
    return FitResult(model, history, monitor.best_epoch)


def _phases(options: ModelOptions, fitting: FittingOptions, steps: int) -> list[_Phase]:
    """List what is trained after what; `steps` is the number of batches an epoch."""
    chosen = options.root
    share = chosen.trainable_share if isinstance(chosen, BackboneOptions) else 1.0
    decay = keras.optimizers.schedules.CosineDecay(
        fitting.learning_rate, decay_steps=fitting.epochs * steps
    )
    whole = _Phase("training", fitting.epochs, decay, share)
    if not fitting.frozen_epochs:
        return [whole]
    head = _Phase("frozen", fitting.frozen_epochs, fitting.frozen_learning_rate, 0.0)
    return [head, whole]


def _averaging(fitting: FittingOptions) -> list[keras.callbacks.Callback]:
    """Put the average of the weights in place whenever the model is validated or kept."""
    # The weights themselves swing from step to step; their average generalises better and its
    # epochs can be told apart (Izmailov et al., 2018; Polyak and Juditsky, 1992).
    if fitting.ema_momentum is None:
        return []
    return [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)]


def _with_augmentation(model: keras.Model, augmentation: Augmentation) -> keras.Model:
    radiograph = keras.Input(model.input_shape[1:], dtype="uint8", name="stored_radiograph")
    return keras.Model(radiograph, model(augmentation(radiograph)), name="trainer")


def _compile(trainer: keras.Model, phase: _Phase, fitting: FittingOptions) -> None:
    optimizer = keras.optimizers.AdamW(
        phase.learning_rate,
        weight_decay=fitting.weight_decay,
        use_ema=fitting.ema_momentum is not None,
        ema_momentum=fitting.ema_momentum or 0.0,
        name="adamw",
    )
    # Decay pulls towards zero, where a bias or a normalisation has no reason to be.
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    # TensorFlow traces a training step twice when the first trace creates variables.
    optimizer.build(trainer.trainable_variables)
    trainer.compile(
        optimizer,
        loss=keras.losses.BinaryCrossentropy(label_smoothing=fitting.label_smoothing),
        metrics=[
            keras.metrics.BinaryAccuracy(name="accuracy"),
            keras.metrics.AUC(name="auroc"),
        ],
        jit_compile=execution.jit_compile(),
    )
