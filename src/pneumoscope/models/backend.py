"""What Keras computes with: the same whatever keras.json and the environment say."""

from dataclasses import dataclass

import keras


@dataclass(frozen=True)
class KerasSettings:
    """Settings that shape every model that is built, trained, loaded or scored.

    Attributes:
        backend: `tensorflow` or `jax`; the user's choice, by KERAS_BACKEND or keras.json.
        image_data_format: Where the channels of an image stand.
        floatx: Default type of numbers.
        epsilon: What keeps a loss away from the logarithm of 0.
    """

    backend: str
    image_data_format: str = "channels_last"
    floatx: str = "float32"
    epsilon: float = 1e-7


def pin_settings() -> KerasSettings:
    """Set all that shapes a model but the backend; call it before Keras builds, loads or scores.

    Else `channels_first` in a user's keras.json would make rows channels, another float other
    weights, and KERAS_MAX_EPOCHS an end to training that no parameter names.
    """
    pinned = KerasSettings(keras.config.backend())
    keras.config.set_image_data_format(pinned.image_data_format)
    keras.config.set_floatx(pinned.floatx)
    keras.config.set_epsilon(pinned.epsilon)
    keras.config.set_dtype_policy(pinned.floatx)
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)
    return pinned
