"""A small convolutional network of our own, with the usual regularisers as switches."""

import keras
from keras import layers

from pneumoscope.models.architectures.interface import (
    SCRATCH_MOMENTUM,
    l2_regularizer,
    radiograph_input,
    resize,
    score_output,
)
from pneumoscope.options import CnnOptions


def build(options: CnnOptions, input_shape: tuple[int, int, int], seed: int) -> keras.Model:
    """Build convolution blocks that halve the side each, then one dense layer and the score.

    Args:
        options: Side, filters a block, units of the dense layer, and regularisers.
        input_shape: (height, width, 1) of the stored radiographs.
        seed: Seed of the dropout.

    Returns:
        An uncompiled model from grey values in [0, 255] to P(pneumonia) in (n, 1).
    """
    radiograph = radiograph_input(input_shape)
    x = resize(radiograph, options.side)
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescaling", dtype="float32")(x)
    for index, filters in enumerate(options.filters, start=1):
        x = _convolution_block(x, filters, options, f"conv_{index}")
    x = layers.Flatten(name="flatten")(x)
    regularizer = l2_regularizer(options.l2)
    x = layers.Dense(
        options.units,
        use_bias=not options.batch_norm,
        kernel_regularizer=regularizer,
        name="dense",
    )(x)
    if options.batch_norm:
        # Every input is positive after ReLU and pooling: one step of Adam moves all weights of
        # a unit together and can push it below zero for all radiographs, where it stays.
        x = layers.BatchNormalization(momentum=SCRATCH_MOMENTUM, name="dense_norm")(x)
    x = layers.ReLU(name="dense_relu")(x)
    if options.dropout:
        x = layers.Dropout(options.dropout, seed=seed, name="dropout")(x)
    return keras.Model(radiograph, score_output(x, regularizer), name=options.architecture)


def _convolution_block(
    x: keras.KerasTensor, filters: int, options: CnnOptions, name: str
) -> keras.KerasTensor:
    x = layers.Conv2D(
        filters,
        3,
        padding="same",
        use_bias=not options.batch_norm,
        kernel_regularizer=l2_regularizer(options.l2),
        name=name,
    )(x)
    if options.batch_norm:
        x = layers.BatchNormalization(momentum=SCRATCH_MOMENTUM, name=f"{name}_norm")(x)
    x = layers.ReLU(name=f"{name}_relu")(x)
    # "same" rounds odd sides up, so that many blocks on a small radiograph never reach 0.
    return layers.MaxPooling2D(2, padding="same", name=f"{name}_pool")(x)
