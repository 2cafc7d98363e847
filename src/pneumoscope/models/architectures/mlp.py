"""The dense baseline: a multilayer perceptron on the flattened radiograph."""

import keras
from keras import layers

from pneumoscope.models.architectures.interface import (
    SCRATCH_MOMENTUM,
    l2_regularizer,
    radiograph_input,
    resize,
    score_output,
)
from pneumoscope.options import MlpOptions


def build(options: MlpOptions, input_shape: tuple[int, int, int], seed: int) -> keras.Model:
    """Build a dense network with one block (dense, batch norm, ReLU, dropout) a hidden layer.

    Args:
        options: Side, units and regularisers.
        input_shape: (height, width, 1) of the stored radiographs.
        seed: Seed of the dropout.

    Returns:
        An uncompiled model from grey values in [0, 255] to P(pneumonia) in (n, 1).
    """
    radiograph = radiograph_input(input_shape)
    x = resize(radiograph, options.side)
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescaling", dtype="float32")(x)
    x = layers.Flatten(name="flatten")(x)
    for index, units in enumerate(options.units, start=1):
        x = _dense_block(x, units, options, seed, f"dense_{index}")
    score = score_output(x, l2_regularizer(options.l2))
    return keras.Model(radiograph, score, name=options.architecture)


def _dense_block(
    x: keras.KerasTensor, units: int, options: MlpOptions, seed: int, name: str
) -> keras.KerasTensor:
    x = layers.Dense(units, kernel_regularizer=l2_regularizer(options.l2), name=name)(x)
    if options.batch_norm:
        x = layers.BatchNormalization(momentum=SCRATCH_MOMENTUM, name=f"{name}_norm")(x)
    x = layers.ReLU(name=f"{name}_relu")(x)
    if options.dropout:
        x = layers.Dropout(options.dropout, seed=seed, name=f"{name}_dropout")(x)
    return x
