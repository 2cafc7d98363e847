"""From a registry key to a built model, without loading Keras before one is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pneumoscope.options import ModelOptions

if TYPE_CHECKING:
    import keras

_FAMILY_OF = {
    "mlp": "mlp",
    "cnn": "cnn",
    "vgg16": "backbones",
    "resnet50v2": "backbones",
    "mobilenetv2": "backbones",
    "densenet121": "backbones",
    "efficientnetv2b0": "backbones",
}


def architectures() -> list[str]:
    """List the registry keys; each is the `architecture` of one kind of `ModelOptions`."""
    return list(_FAMILY_OF)


def build(
    options: ModelOptions,
    input_shape: tuple[int, int, int],
    seed: int,
    precision: str = "float32",
) -> keras.Model:
    """Build an architecture, uncompiled; equal arguments give equal weights.

    Args:
        options: The architecture and its own options.
        input_shape: (height, width, 1) of the stored radiographs.
        seed: Seed of the initial weights and of dropout; Keras's global seed is set to it.
        precision: Keras dtype policy of the layers; the score is float32 under all of them.

    Returns:
        A model named as its registry key, from uint8 radiographs (n, height, width, 1) to
        P(pneumonia), float32 in (n, 1).

    Raises:
        ValueError: When the architecture cannot take the shape or the weights.
        FileNotFoundError: When the weights cannot be had.
    """
    import keras

    from pneumoscope.models.backend import pin_settings

    chosen = options.root
    pinned = pin_settings()
    family = import_module(f"pneumoscope.models.architectures.{_FAMILY_OF[chosen.architecture]}")
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(precision)
    try:
        model: keras.Model = family.build(chosen, input_shape, seed)
    finally:
        keras.config.set_dtype_policy(pinned.floatx)
    return model
