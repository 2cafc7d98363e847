"""What each phase trains, and what it is fed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import keras

from pneumoscope.models.resume.checkpoint import Checkpoint
from pneumoscope.models.training.augmentation import Augmentation
from pneumoscope.models.training.batches import LabelledRadiographs, RadiographBatches
from pneumoscope.models.training.degradation import degrading
from pneumoscope.models.training.features import FeatureBatches, Features, FrozenBackbone
from pneumoscope.options import AugmentationOptions, FittingOptions


class Drawn(Protocol):
    """What draws anew in every epoch, as a function of seed and epoch alone."""

    def begin_epoch(self, epoch: int) -> None:
        """Prepare the draws of an epoch, counted from 1."""


@dataclass(frozen=True)
class Feed:
    """What a phase trains and on what.

    Attributes:
        trainer: The model that is compiled and fitted; it shares its layers with the result.
        train: Training batches.
        validation: Validation batches.
        stressed: Batches of stressed validation.
        drawn: Everything that has to be told which epoch begins.
    """

    trainer: keras.Model
    train: keras.utils.PyDataset
    validation: keras.utils.PyDataset
    stressed: keras.utils.PyDataset
    drawn: Sequence[Drawn]

    def begin_epoch(self, epoch: int) -> None:
        """Draw the order, the view and the changes of an epoch."""
        for part in self.drawn:
            part.begin_epoch(epoch)


class Feeds:
    """Makes the feed of a phase out of a model and the radiographs.

    Args:
        model: The model that is fitted.
        train: Training radiographs.
        validation: Validation radiographs; never augmented.
        stressed: Degraded copies of them.
        fitting: Batch size, mixup and views.
        augmentation: Random changes to the training radiographs.
        seed: Seed of shuffling and augmentation.
    """

    def __init__(
        self,
        model: keras.Model,
        train: LabelledRadiographs,
        validation: LabelledRadiographs,
        stressed: LabelledRadiographs,
        fitting: FittingOptions,
        augmentation: AugmentationOptions,
        seed: int,
    ) -> None:
        """Cut the radiographs into batches; none is read yet."""
        size = fitting.batch_size
        self._model = model
        self._train = RadiographBatches(train, size, seed, degrading(augmentation), fitting.mixup)
        self._validation = RadiographBatches(validation, size)
        self._stressed = RadiographBatches(stressed, size)
        self._fitting = fitting
        self._augmentation = augmentation
        self._seed = seed

    @property
    def steps(self) -> int:
        """Number of batches in an epoch."""
        return len(self._train)

    def of_whole(self) -> Feed:
        """Feed augmented radiographs to the whole model."""
        augmentation = Augmentation(self._augmentation, self._seed, name="augmentation")
        radiograph = keras.Input(
            self._model.input_shape[1:], dtype="uint8", name="stored_radiograph"
        )
        trainer = keras.Model(radiograph, self._model(augmentation(radiograph)), name="trainer")
        drawn = (self._train, augmentation)
        return Feed(trainer, self._train, self._validation, self._stressed, drawn)

    @contextmanager
    def of_frozen(self, checkpoint: Checkpoint, title: str) -> Iterator[Feed]:
        """Feed features of the frozen backbone to the head; they are forgotten at the end.

        Args:
            checkpoint: Where features are kept until the phase ends.
            title: What progress lines call the training.
        """
        augmentation = Augmentation(self._augmentation, self._seed, at_inference=True)
        frozen = FrozenBackbone(self._model, augmentation, checkpoint, title)

        def view(number: int) -> Features:
            return frozen.of_view(self._train, number)

        size, views = self._fitting.batch_size, self._fitting.frozen_views
        train = FeatureBatches(view, views, size, self._seed)
        validation, stressed = (
            FeatureBatches.of_one(frozen.of_stored(name, batches), size)
            for name, batches in (("validation", self._validation), ("stressed", self._stressed))
        )
        yield Feed(frozen.head, train, validation, stressed, (train,))
        # Not after an interruption: the resumed run wants them.
        frozen.forget(views)
