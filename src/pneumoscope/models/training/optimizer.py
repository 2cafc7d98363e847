"""The optimizer of every training, which keeps no memory of the models it has trained."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

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
    """AdamW of float32 variables on one device.

    On TensorFlow Keras computes rate, step size and momentum anew for each variable. Computed once
    a step they are the same, and the step, of a backbone's hundreds of variables, is traced sooner.

    It also sums the gradients over the devices of the distribution strategy, even of one. That
    sum does nothing; but TensorFlow registers how to differentiate it, for as long as the process
    lives, and so keeps the traced step with weights, moments and averages of every model that was
    ever trained.
    """

    def _apply_weight_decay(self, variables: Sequence[keras.Variable]) -> None:
        if keras.backend.backend() != "tensorflow":
            super()._apply_weight_decay(variables)
            return
        rate = ops.cast(self.learning_rate, "float32")
        decay = ops.cast(self.weight_decay, "float32")
        for variable in variables:
            if self._use_weight_decay(variable):
                variable.value.assign_sub(variable.value * decay * rate)

    def _backend_update_step(
        self,
        grads: Sequence[Any],
        trainable_variables: Sequence[keras.Variable],
        learning_rate: Any,
    ) -> None:
        if keras.backend.backend() != "tensorflow":
            super()._backend_update_step(grads, trainable_variables, learning_rate)
            return
        step = ops.cast(self.iterations + 1, "float32")
        left_1, left_2 = (
            1 - ops.power(ops.cast(beta, "float32"), step) for beta in (self.beta_1, self.beta_2)
        )
        size = ops.cast(learning_rate, "float32") * ops.sqrt(left_2) / left_1
        for gradient, variable in zip(grads, trainable_variables, strict=True):
            self._move(gradient, variable, size)

    def _update_model_variables_moving_average(
        self, trainable_variables: Sequence[keras.Variable]
    ) -> None:
        if keras.backend.backend() != "tensorflow":
            super()._update_model_variables_moving_average(trainable_variables)
            return
        momentum = ops.cast(ops.not_equal(self.iterations, 0), "float32") * self.ema_momentum
        rest = 1 - momentum
        averages = self._model_variables_moving_average
        for variable, average in zip(trainable_variables, averages, strict=True):
            average.value.assign(momentum * average.value + rest * variable.value)

    def _move(self, gradient: Any, variable: keras.Variable, size: Any) -> None:
        """Move a variable and its moments, as `update_step` of Keras does."""
        import tensorflow as tf

        index = self._get_variable_index(variable)
        mean, spread = self._momentums[index].value, self._velocities[index].value
        gradient = tf.cast(tf.convert_to_tensor(gradient), "float32")
        mean.assign_add((gradient - mean) * (1 - self.beta_1))
        spread.assign_add((tf.square(gradient) - spread) * (1 - self.beta_2))
        variable.value.assign_sub(mean * size / (tf.sqrt(spread) + self.epsilon))
