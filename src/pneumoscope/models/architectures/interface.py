"""The input and the output that every architecture shares."""

from collections.abc import Sequence

import keras

from pneumoscope.errors import InputError

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


def check_interface(model: keras.Model, place: str) -> None:
    """Refuse a model that does not take one grey film and give one score.

    Whether a score lies in [0, 1] shows its activation, where the last layer has one, and else
    `scoring.score`, which checks every score.

    Args:
        model: As it was loaded.
        place: Where it lies.

    Raises:
        InputError: What it takes or gives is something else.
    """
    taken, given = (
        [tuple(tensor.shape) for tensor in getattr(model, end, None) or []]
        for end in ("inputs", "outputs")
    )
    one_film = len(taken) == 1 and len(taken[0]) == 4 and taken[0][3] == 1 and all(taken[0][1:3])
    ends = getattr(model.layers[-1], "activation", keras.activations.sigmoid)
    if not one_film or given != [(None, 1)] or ends not in _SCORES:
        raise InputError(
            "a model from one grey film (height, width, 1) to one score in [0, 1], P(PNEUMONIA)",
            f"one from {_written(taken)} to {_written(given)} with the activation "
            f"{ends.__name__} in {place}",
            "Move that version away, or name another one: --load-versions=model_<name>:<version>",
        )


def check_films(model: keras.Model, shape: Sequence[int]) -> None:
    """Refuse films of another size than the model takes.

    Args:
        model: A model of one grey film.
        shape: (n, height, width, 1) of the films.

    Raises:
        InputError: The size is another.
    """
    taken, given = tuple(model.input_shape[1:]), tuple(shape[1:])
    if taken != given:
        raise InputError(
            f"films of the size that {model.name} was trained on, {_written([taken])}",
            f"films of {_written([given])}",
            "Run the environment that trained it (--env), or train it again: kedro run "
            "--pipelines=training",
        )


_SCORES = (keras.activations.sigmoid, keras.activations.hard_sigmoid)


def _written(shapes: Sequence[Sequence[int | None]]) -> str:
    return " and ".join(
        " × ".join("any" if side is None else str(side) for side in shape) for shape in shapes
    )
