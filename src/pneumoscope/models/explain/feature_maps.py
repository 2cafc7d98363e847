"""A model cut at its feature maps: what makes them of radiographs, and what reads them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import keras
from keras import layers, ops

_CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
_POOLINGS = (layers.MaxPooling2D, layers.AveragePooling2D)
_ACTIVATIONS = (layers.Activation, layers.ReLU)


@dataclass(frozen=True)
class Cut:
    """A model cut in two at the feature maps of one layer.

    Attributes:
        layer: Name of the layer.
        below: From radiographs (n, height, width, 1) to its feature maps (n, h, w, channels).
        above: From the feature maps, float32, to the logit of the score, (n,).
        flattens: True when the part above tells the places of a map apart.
        pooled: True when the score reads the means of the maps and nothing else of them.
    """

    layer: str
    below: Callable[[keras.KerasTensor], keras.KerasTensor]
    above: Callable[[keras.KerasTensor], keras.KerasTensor]
    flattens: bool
    pooled: bool


@dataclass(frozen=True)
class _Parts:
    """What stands before the layers that convolve, these, and what stands after."""

    stem: keras.Model | None
    body: keras.Model
    head: Sequence[keras.layers.Layer]


def cut_at_last_maps(model: keras.Model) -> Cut | None:
    """Cut a model after its last convolution, its activation included, before any pooling.

    Returns:
        The cut, or None when the model does not convolve.

    Raises:
        ValueError: When the layers above do not follow one another in a single line.
    """
    parts = _parts(model)
    if not any(isinstance(layer, _CONVOLUTIONS) for layer in parts.body.layers):
        return None
    # Flattened or pooled globally, an output has no place left.
    index = max(i for i, layer in enumerate(parts.body.layers) if _keeps_places(layer))
    tail = [*parts.body.layers[index:]]
    _check_line(tail)
    _check_line(parts.head)
    above = [*tail[1:], *parts.head]
    read = _reader(parts, tail[:1])
    return Cut(
        layer=tail[0].name,
        below=lambda radiographs: read(radiographs)[tail[0].name],
        above=lambda maps: logit(above[-1], _run(above[:-1], maps)),
        flattens=any(isinstance(layer, layers.Flatten) for layer in above),
        pooled=_pools_globally(above[:-1]),
    )


def maps_of_layers(
    model: keras.Model, count: int
) -> Callable[[keras.KerasTensor], dict[str, keras.KerasTensor]] | None:
    """Give the feature maps of the last activation at each size, spread from large to small.

    Args:
        model: Any model.
        count: Layers at most.

    Returns:
        From radiographs to the maps (n, h, w, channels) by layer name, or None when the model
        does not convolve.
    """
    cut = cut_at_last_maps(model)
    if cut is None:
        return None
    parts = _parts(model)
    smallest = parts.body.get_layer(cut.layer).output.shape[1]
    by_side = {
        layer.output.shape[1]: layer
        for layer in parts.body.layers
        if _activates(layer) and layer.output.shape[1] >= smallest
    }
    sides = sorted(by_side, reverse=True)
    steps = [round(i * (len(sides) - 1) / max(count - 1, 1)) for i in range(count)]
    chosen = [by_side[sides[step]] for step in dict.fromkeys(steps)]
    return _reader(parts, chosen)


def logit(score: keras.layers.Layer, features: keras.KerasTensor) -> keras.KerasTensor:
    """Compute the log odds behind the score; unlike the score they do not saturate.

    Args:
        score: The model's last layer: dense, one unit, sigmoid.
        features: What the layer takes, (n, k).

    Returns:
        Float32 (n,).

    Raises:
        ValueError: When the layer is another one.
    """
    if not isinstance(score, layers.Dense) or score.activation is not keras.activations.sigmoid:
        raise ValueError(
            "expected a model that ends in a dense layer with a sigmoid, received "
            f"'{score.name}' ({type(score).__name__}): build the output with `score_output`"
        )
    return (ops.matmul(ops.cast(features, "float32"), score.kernel) + score.bias)[:, 0]


def logits(model: keras.Model) -> Callable[[keras.KerasTensor], keras.KerasTensor]:
    """Give the function from radiographs (n, height, width, 1) to the logits of their scores."""
    score = model.layers[-1]
    features = keras.Model(model.input, score.input)
    return lambda radiographs: logit(score, features(radiographs, training=False))


def _parts(model: keras.Model) -> _Parts:
    nested = [i for i, layer in enumerate(model.layers) if isinstance(layer, keras.Model)]
    if not nested:
        return _Parts(None, model, ())
    index = nested[-1]
    # A model made between existing tensors would add nodes to the layers of the one given, so
    # the stem ends where the layer below the backbone does.
    stem = keras.Model(model.input, model.layers[index - 1].output)
    return _Parts(stem, model.layers[index], model.layers[index + 1 :])


def _reader(
    parts: _Parts, wanted: Sequence[keras.layers.Layer]
) -> Callable[[keras.KerasTensor], dict[str, keras.KerasTensor]]:
    body = keras.Model(parts.body.input, {layer.name: layer.output for layer in wanted})

    def read(radiographs: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        given = radiographs if parts.stem is None else parts.stem(radiographs, training=False)
        found = body(given, training=False)
        return {layer.name: ops.cast(found[layer.name], "float32") for layer in wanted}

    return read


def _run(chain: Sequence[keras.layers.Layer], x: keras.KerasTensor) -> keras.KerasTensor:
    for layer in chain:
        x = layer(x)
    return x


def _keeps_places(layer: keras.layers.Layer) -> bool:
    shape = getattr(layer.output, "shape", ())
    return len(shape) == 4 and not isinstance(layer, _POOLINGS)


def _pools_globally(between: Sequence[keras.layers.Layer]) -> bool:
    """Tell whether maps go through pooling alone before the score; dropout does nothing there."""
    ends = [isinstance(layer, layers.GlobalAveragePooling2D) for layer in between]
    passed = (*_POOLINGS, layers.GlobalAveragePooling2D, layers.Dropout)
    return sum(ends) == 1 and all(isinstance(layer, passed) for layer in between)


def _activates(layer: keras.layers.Layer) -> bool:
    if not _keeps_places(layer):
        return False
    if isinstance(layer, _CONVOLUTIONS):
        return layer.activation is not keras.activations.linear
    return isinstance(layer, _ACTIVATIONS)


def _check_line(chain: Sequence[keras.layers.Layer]) -> None:
    for lower, upper in pairwise(chain):
        if upper.input is not lower.output:
            raise ValueError(
                f"expected the layers above the last feature maps in one line, received "
                f"'{upper.name}', which does not follow '{lower.name}' alone: explain such a model "
                "by gradients on its pixels"
            )
