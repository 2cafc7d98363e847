"""The input and the output that every architecture shares."""

import keras

# Moving averages with Keras's 0.99 or 0.999 need thousands of steps to reach the data; a few
# short epochs from a random start would be validated with statistics of the start.
SCRATCH_MOMENTUM = 0.9


def radiograph_input(shape: tuple[int, int, int]) -> keras.KerasTensor:
    """Make the input `radiograph`: stored grey values in [0, 255], (n, height, width, 1).

    uint8 arrays are cast on entry; the input itself is float32, so that augmented grey
    values are not rounded and gradients reach the pixels.

    Raises:
        ValueError: When the shape is not (height, width, 1).
    """
    if len(shape) != 3 or shape[2] != 1:
        raise ValueError(
            f"expected an input shape (height, width, 1) of grey radiographs, received {shape}"
        )
    return keras.Input(shape, dtype="float32", name="radiograph")


def resize(radiograph: keras.KerasTensor, side: int | None) -> keras.KerasTensor:
    """Bring radiographs to a square of this side by the layer `resizing`; None leaves them.

    The triangle filter spans all the pixels that an output pixel stands for, as the
    preprocessing's does: a model with `side: 96` sees within a grey level what it would see of
    radiographs stored at 96 x 96.
    """
    if side is None:
        return radiograph
    # Without antialiasing, bilinear sampling skips pixels on the way down and folds noise and
    # the grid of JPEG blocks into the image.
    layer = keras.layers.Resizing(side, side, antialias=True, dtype="float32", name="resizing")
    return layer(radiograph)


def score_output(
    features: keras.KerasTensor, regularizer: keras.Regularizer | None = None
) -> keras.KerasTensor:
    """Put the layer `score` on features (n, k): P(pneumonia), float32 in (n, 1), in [0, 1]."""
    # float32 under mixed precision too: bfloat16 knows only 256 scores between 0.5 and 1.
    score = keras.layers.Dense(
        1,
        activation="sigmoid",
        kernel_regularizer=regularizer,
        dtype="float32",
        name="score",
    )
    return score(features)


def l2_regularizer(strength: float) -> keras.Regularizer | None:
    """Give an L2 penalty of this strength, or None for 0."""
    return keras.regularizers.L2(strength) if strength else None
