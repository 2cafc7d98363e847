"""Exponential moving average of the weights, used for validation and saving."""

from typing import Any

import keras

from pneumoscope.models.training.variables import Values, assign, values


class AveragedWeights(keras.callbacks.Callback):
    """Validates and keeps the average that the optimizer holds; trains the weights themselves.

    The weights swing from step to step; their average generalises better and its epochs can be
    told apart (Izmailov et al., 2018; Polyak and Juditsky, 1992). Keras's own `SwapEMAWeights`
    exchanges the two by sums and differences, which rounds the weights in every epoch, and
    leaves the weights instead of the average where training stops early.

    Args:
        paused: The weights that training goes on with, while the average stands in their
            place; none where it does not.
    """

    def __init__(self, paused: Values = ()) -> None:
        """Start with the average in place if the weights are paused."""
        super().__init__()
        self.paused = paused

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Put the weights back that the last epoch ended with."""
        if self.paused:
            assign(self.model.trainable_variables, self.paused)
        self.paused = ()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Put the average in place; it stays there until the next epoch or the end."""
        if not self.paused:
            self.paused = values(self.model.trainable_variables)
            self.model.optimizer.finalize_variable_values(self.model.trainable_variables)
            # On JAX these are now the very arrays of the average, and a step uses up what it is
            # given: the average would be lost.
            assign(self.model.trainable_variables, values(self.model.trainable_variables))
