"""Published backbones from `keras.applications` under a pooled logistic head."""

import keras
from keras import layers

from pneumoscope.errors import InputError
from pneumoscope.models.architectures.interface import (
    SCRATCH_MOMENTUM,
    radiograph_input,
    resize,
    score_output,
)
from pneumoscope.models.architectures.registry import SYMMETRIC, backbone_of
from pneumoscope.models.architectures.weights import load_weights
from pneumoscope.options import BackboneOptions
from pneumoscope.options.training import SMALLEST_BACKBONE_SIDE


def build(options: BackboneOptions, input_shape: tuple[int, int, int], seed: int) -> keras.Model:
    """Build a backbone, with its own rescaling inside, under pooling, dropout and the score.

    Args:
        options: Architecture, side, weights and dropout.
        input_shape: (height, width, 1) of the stored radiographs; 32 a side at the least,
            unless `options.side` brings them to more.
        seed: Seed of VGG16's random start and of the dropout.

    Returns:
        An uncompiled model from grey values in [0, 255] to P(pneumonia) in (n, 1), with the
        layers `resizing` (with `options.side`), `grey_to_rgb`, `rescaling`, `backbone`,
        `pooling` and `score`.

    Raises:
        ValueError: When the radiographs are too small or the weights do not fit.
        InputError: When the weights cannot be had.
    """
    radiograph = radiograph_input(input_shape)
    size = (options.side, options.side) if options.side else input_shape[:2]
    _check_size(options, size)
    backbone = _backbone(options, size, seed)
    x = backbone(as_backbone_input(radiograph, options))
    x = layers.GlobalAveragePooling2D(name="pooling")(x)
    if options.dropout:
        x = layers.Dropout(options.dropout, seed=seed, name="dropout")(x)
    return keras.Model(radiograph, score_output(x), name=options.architecture)


def as_backbone_input(radiograph: keras.KerasTensor, options: BackboneOptions) -> keras.KerasTensor:
    """Resize, copy grey to three channels, and scale as the backbone's weights were trained."""
    # Without pretrained weights there is no scale to honour, and [-1, 1] starts best.
    rescaling = SYMMETRIC if options.weights is None else backbone_of(options).rescaling
    grey = resize(radiograph, options.side)
    rgb = layers.Concatenate(name="grey_to_rgb", dtype="float32")([grey] * 3)
    return layers.Rescaling(
        list(rescaling.scale), offset=list(rescaling.offset), name="rescaling", dtype="float32"
    )(rgb)


def train_top(model: keras.Model, share: float, pretrained: bool) -> None:
    """Let the top share of the backbone's layers be trained and freeze those below.

    Batch norm that came with pretrained weights is frozen at any share, and a frozen batch
    norm uses its stored statistics: those of small batches of radiographs would overwrite in
    a few noisy steps what ImageNet took days to settle. From a random start it is trained.
    """
    backbone = model.get_layer("backbone")
    frozen = round(len(backbone.layers) * (1 - share))
    # Each layer by itself: setting the backbone's own switch does not reach layers that were
    # switched one by one. Nor does calling it with training=False: Keras 3 overrides that with
    # the mode of the model around it.
    for index, layer in enumerate(backbone.layers):
        kept = pretrained and isinstance(layer, layers.BatchNormalization)
        layer.trainable = index >= frozen and not kept


def _check_size(options: BackboneOptions, size: tuple[int, int]) -> None:
    smallest = SMALLEST_BACKBONE_SIDE
    if min(size) < smallest:
        raise InputError(
            f"radiographs of at least {smallest} x {smallest} for {options.architecture}",
            f"{size[0]} x {size[1]}",
            "Raise `size` of the preprocessing, or `side` of the model.",
        )


def _backbone(options: BackboneOptions, size: tuple[int, int], seed: int) -> keras.Model:
    backbone = backbone_of(options).built((*size, 3))
    # EfficientNetV2 looks its blocks up by the name it is built with.
    backbone.name = "backbone"
    if options.weights is None:
        _prepare_for_scratch(backbone, options, seed)
    else:
        load_weights(backbone, options)
    return backbone


def _prepare_for_scratch(backbone: keras.Model, options: BackboneOptions, seed: int) -> None:
    for index, layer in enumerate(backbone.layers):
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = SCRATCH_MOMENTUM
        elif isinstance(layer, layers.Conv2D) and backbone_of(options).he_start:
            # In VGG16 no batch norm restores the signal, and Glorot's start halves its variance at
            # each of 13 ReLUs; He's keeps it (He et al. 2015, Delving Deep into Rectifiers).
            start = keras.initializers.HeNormal(seed=seed + index)
            layer.kernel.assign(start(layer.kernel.shape))
