"""The phases of a training: the head on a frozen backbone first, then fine-tuning."""

import logging
from dataclasses import dataclass
from typing import Literal

import keras

from pneumoscope.models.architectures.weights import is_pretrained
from pneumoscope.options import BackboneOptions, Recipe

logger = logging.getLogger(__name__)

FROZEN: Literal["frozen"] = "frozen"
TRAINING: Literal["training"] = "training"


@dataclass(frozen=True)
class Phase:
    """A part of training with an optimizer of its own.

    Attributes:
        name: `frozen` (the head on a frozen backbone) or `training`.
        epochs: Most epochs.
        learning_rate: A constant rate or a schedule over the phase's steps.
        trainable_share: Share of a backbone's layers, from the top, that moves.
    """

    name: Literal["frozen", "training"]
    epochs: int
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule
    trainable_share: float


def list_phases(recipe: Recipe, steps: int, title: str) -> list[Phase]:
    """List what is trained after what; from a random start there is nothing to freeze.

    Args:
        recipe: Whether it starts from pretrained weights; epochs and rates.
        steps: Batches an epoch, over which the rate of the last phase decays as a cosine.
        title: What the log line calls the training.
    """
    fitting, chosen = recipe.fitting, recipe.model.root
    share = chosen.trainable_share if isinstance(chosen, BackboneOptions) else 1.0
    decay = keras.optimizers.schedules.CosineDecay(
        fitting.learning_rate, decay_steps=fitting.epochs * steps
    )
    whole = Phase(TRAINING, fitting.epochs, decay, share)
    if not fitting.frozen_epochs:
        return [whole]
    if not is_pretrained(recipe.model):
        logger.info(
            "%s: starts from random weights, so there is nothing to freeze; frozen_epochs (%d) "
            "are skipped",
            title,
            fitting.frozen_epochs,
        )
        return [whole]
    head = Phase(FROZEN, fitting.frozen_epochs, fitting.frozen_learning_rate, 0.0)
    return [head, whole]
