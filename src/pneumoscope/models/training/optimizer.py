"""The optimizer of every training, which keeps no memory of the models it has trained."""

from collections.abc import Sequence
from typing import Any

import keras

from pneumoscope.options import FittingOptions


def build_optimizer(
    variables: Sequence[keras.Variable], learning_rate: Any, fitting: FittingOptions
) -> keras.optimizers.Optimizer:
    """Build AdamW for some variables, with its moments and averages.

    Args:
        variables: What it will train.
        learning_rate: A rate or a schedule of Keras.
        fitting: `weight_decay` and `ema_momentum`.

    Returns:
        The optimizer, its own variables created and at their start.
    """
    optimizer = _OneDeviceAdamW(
        learning_rate,
        weight_decay=fitting.weight_decay,
        use_ema=fitting.ema_momentum is not None,
        ema_momentum=fitting.ema_momentum or 0.0,
        name="adamw",
    )
    # Decay pulls towards zero, where a bias or a normalisation has no reason to be.
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    # TensorFlow traces a training step twice when the first trace creates variables.
    optimizer.build(variables)
    return optimizer


class _OneDeviceAdamW(keras.optimizers.AdamW):
    """AdamW of a model on one device.

    On TensorFlow Keras sums the gradients over the devices of the distribution strategy, even of
    one. That sum does nothing; but TensorFlow registers how to differentiate it, for as long as the
    process lives, and so keeps the traced step with weights, moments and averages of every
    model that was ever trained.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars: Any) -> Any:
        return grads_and_vars
