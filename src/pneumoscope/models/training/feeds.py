"""The arrays and options that one fit takes."""

from dataclasses import dataclass

import keras

from pneumoscope.models.training.augmentation import Augmentation
from pneumoscope.models.training.batches import RadiographBatches, TrainingData
from pneumoscope.models.training.degradation import degrading
from pneumoscope.options import Recipe


@dataclass(frozen=True)
class Feed:
    """What a fit trains and on what.

    Attributes:
        trainer: The model behind the augmentation: what is compiled and fitted; it shares its
            layers with the result.
        augmentation: Its first layer.
        train: Training batches.
        validation: Validation batches; never augmented.
        stressed: Batches of stressed validation.
        hard: Batches of hard validation; None where there is none.
    """

    trainer: keras.Model
    augmentation: Augmentation
    train: RadiographBatches
    validation: RadiographBatches
    stressed: RadiographBatches
    hard: RadiographBatches | None

    def begin_epoch(self, epoch: int) -> None:
        """Draw the order and the changes of an epoch, counted from 1, from it and the seed."""
        self.train.begin_epoch(epoch)
        self.augmentation.begin_epoch(epoch)


def feed_for(model: keras.Model, recipe: Recipe, data: TrainingData, seed: int) -> Feed:
    """Cut the radiographs into batches and put the augmentation before the model.

    Args:
        model: The model that is fitted.
        recipe: Batch size, mixup, and random changes to the training radiographs.
        data: The radiographs; none is read yet.
        seed: Seed of shuffling and augmentation.
    """
    fitting, augmentation = recipe.fitting, Augmentation(recipe.augmentation, seed)
    radiograph = keras.Input(model.input_shape[1:], dtype="uint8", name="stored_radiograph")
    return Feed(
        keras.Model(radiograph, model(augmentation(radiograph)), name="trainer"),
        augmentation,
        RadiographBatches(
            data.train, fitting.batch_size, seed, degrading(recipe.augmentation), fitting.mixup
        ),
        RadiographBatches(data.validation, fitting.batch_size),
        RadiographBatches(data.stressed, fitting.batch_size),
        RadiographBatches(data.hard, fitting.batch_size) if data.hard else None,
    )
