"""What Keras computes with: the same whatever keras.json and the environment say."""

import keras

from pneumoscope.models.records import KerasSettings


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
