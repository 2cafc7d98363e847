"""What spoke for the decision on new radiographs, by one model or by the mean of several."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pneumoscope.inference.films import PreprocessedFilms
from pneumoscope.options import ExplanationOptions

SPOKE, MOVES = "what spoke for the decision", "what moves the score, either way"


@dataclass(frozen=True)
class DecisionMaps:
    """Attribution maps of some films.

    Attributes:
        films: As the model saw them, uint8 (n, height, width).
        maps: From 0 to 1, float32 (n, height, width), zero where nothing spoke for the decision;
            None where the model cannot be explained.
        method: How they were made, of which model; or why there are none.
        meaning: What they show.
    """

    films: NDArray[np.uint8]
    maps: NDArray[np.float32] | None
    method: str
    meaning: str = ""


def decision_maps(
    models: Mapping[str, Any],
    films: PreprocessedFilms,
    positive: NDArray[np.bool_],
    options: ExplanationOptions,
    seed: int,
) -> DecisionMaps:
    """Map what spoke for each decision; of several models, the mean of their maps.

    Args:
        models: Name to model, one or more.
        films: The films, few enough to lie in memory.
        positive: Shape (n,), whether the score speaks for PNEUMONIA.
        options: How decisions are explained.
        seed: Seed of SmoothGrad's noise.
    """
    from pneumoscope.models.explain.attribution import attribute, enlarge, method_of

    count, height, width, _ = films.shape
    images = films[np.arange(count)] if count else np.zeros((0, height, width, 1), np.uint8)
    if not count:
        return DecisionMaps(images[..., 0], None, "no film was read")
    towards = np.where(positive, 1, -1)
    total, methods = np.zeros((count, height, width), np.float32), []
    for name, model in models.items():
        try:
            found = enlarge(attribute(model, images, towards, options, seed), (height, width))
            methods.append(f"{method_of(model, options)['method']} of {name}")
        except ValueError as error:
            return DecisionMaps(images[..., 0], None, f"{name} cannot be explained: {error}")
        total += _to_one(found) / len(models)
    # Gradients on pixels tell how strongly the score moves, not which way.
    either_way = any(method.startswith("SmoothGrad") for method in methods)
    meaning = MOVES if either_way else SPOKE
    return DecisionMaps(images[..., 0], _to_one(total), ", ".join(methods), meaning)


def _to_one(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    strongest = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, strongest, out=np.zeros_like(maps), where=strongest > 0)
