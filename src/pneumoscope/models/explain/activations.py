"""Activations of a model's layers for a radiograph, channel by channel."""

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from pneumoscope.models.explain.feature_maps import maps_of_layers

Arrays = dict[str, NDArray[np.generic]]

MAPS, WEIGHTS, CHANNELS = "maps", "weights", "channels"


def channel_arrays(
    model: keras.Model, radiographs: NDArray[np.uint8], count: int, channels: int
) -> Arrays:
    """Read the liveliest channels of a choice of layers, or the first weights of a dense model.

    Args:
        model: Any architecture.
        radiographs: uint8 (n, height, width, 1).
        count: Layers at most, from the largest maps to the smallest.
        channels: Channels of each layer at most: those whose answers vary most over places
            and radiographs, strongest first.

    Returns:
        Where the model convolves, `maps/<layer>` (n, channels, h, w). Where it does not,
        `weights/<layer>` (channels, height, width): what the units with the largest weights
        of the first dense layer look for. Beside either `channels/<layer>`, their indices.
    """
    read = maps_of_layers(model, count)
    if read is None:
        return _first_weights(model, channels)
    arrays: Arrays = {}
    for name, found in read(radiographs.astype(np.float32)).items():
        maps = np.moveaxis(ops.convert_to_numpy(found), -1, 1)
        chosen = _largest(maps.var(axis=(0, 2, 3)), channels)
        arrays[f"{MAPS}/{name}"] = maps[:, chosen].astype(np.float32)
        arrays[f"{CHANNELS}/{name}"] = chosen
    return arrays


def _first_weights(model: keras.Model, units: int) -> Arrays:
    dense = next(layer for layer in model.layers if isinstance(layer, layers.Dense))
    height, width = _flattened(model).input.shape[1:3]
    weights = ops.convert_to_numpy(dense.kernel).astype(np.float32)
    images = weights.T.reshape(-1, height, width)
    chosen = _largest((weights**2).sum(axis=0), units)
    return {f"{WEIGHTS}/{dense.name}": images[chosen], f"{CHANNELS}/{dense.name}": chosen}


def _flattened(model: keras.Model) -> keras.layers.Layer:
    found = [layer for layer in model.layers if isinstance(layer, layers.Flatten)]
    if not found:
        raise ValueError(
            f"expected '{model.name}' to convolve or to flatten the radiograph, received neither: "
            "only the weights of a flattened radiograph can be drawn as images"
        )
    return found[0]


def _largest(values: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """Indices of the largest values, the largest first; equal ones by their order."""
    return np.argsort(-values, kind="stable")[:count]
