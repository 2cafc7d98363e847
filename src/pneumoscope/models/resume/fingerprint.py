"""Everything that shapes the result of a training, so that no other's checkpoint is used."""

import hashlib
import json
import pkgutil
from collections.abc import Iterable
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from pneumoscope import models
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.variables import values
from pneumoscope.options import Options, Recipe
from pneumoscope.radiographs import degradations

_PACKAGES = ("pneumoscope", "keras", "numpy", "cv2")
_CHUNK = 1024
"""Radiographs in memory at once: 26 MB at 160x160."""


def fingerprint(
    model: keras.Model, data: TrainingData, recipe: Recipe, seed: int
) -> dict[str, str]:
    """Describe a training so that two with equal descriptions end with equal models.

    The number of cores is left out: it moves the last bits of a weight, but an interrupted
    training may well go on with another.

    Args:
        model: As it was built or loaded, before any training.
        data: Radiographs, labels and sample weights.
        recipe: All options.
        seed: Seed of shuffling and augmentation.

    Returns:
        A line or a SHA-256 for each thing, by its name.
    """
    backend = keras.backend.backend()
    return {
        **{
            f"{part.name} radiographs": _of_radiographs(getattr(data, part.name))
            for part in fields(data)
        },
        **{name: _of_options(chosen) for name, chosen in recipe},
        "seed": str(seed),
        "initial weights": _of_arrays(values(model.weights)),
        "precision": ", ".join(sorted({layer.dtype_policy.name for layer in model.layers})),
        "backend": backend,
        "versions": ", ".join(map(_version, (*_PACKAGES, backend))),
        "code": hashlib.sha256("".join(_sources()).encode()).hexdigest(),
    }


def _version(module: str) -> str:
    # Not by the name of the distribution, of which TensorFlow has several.
    return f"{module} {import_module(module).__version__}"


def _of_options(options: Options) -> str:
    return json.dumps(options.model_dump(mode="json"), sort_keys=True)


def _of_radiographs(part: LabelledRadiographs | None) -> str:
    if part is None:
        return "none"
    count = part.images.shape[0]
    starts = range(0, count, _CHUNK)
    chunks = (part.images[np.arange(start, min(start + _CHUNK, count))] for start in starts)
    known = [part.labels, *([] if part.sample_weights is None else [part.sample_weights])]
    return _of_arrays(chain(known, chunks))


def _of_arrays(arrays: Iterable[NDArray[Any]]) -> str:
    found = hashlib.sha256()
    for array in arrays:
        found.update(f"{array.dtype}{array.shape}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _sources() -> list[str]:
    found = pkgutil.walk_packages(models.__path__, prefix=f"{models.__name__}.")
    modules = [degradations.__name__, *sorted(module.name for module in found)]
    return [find_spec(name).loader.get_source(name) for name in modules]  # type: ignore[union-attr]
