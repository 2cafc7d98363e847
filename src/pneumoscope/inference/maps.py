"""What spoke for the decision on new radiographs, by one model or by the mean of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pneumoscope.inference.scored import ScoredFilms
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

    def of(self, place: int) -> tuple[NDArray[np.float32] | None, str]:
        """Give the map of one film and how it was made; None and why where it shows nothing."""
        if self.maps is None:
            return None, self.method
        if not self.maps[place].any():
            return None, f"none: no place of the film shows {self.meaning} ({self.method})"
        return self.maps[place], self.method


def decision_maps(
    models: Mapping[str, Any],
    images: NDArray[np.uint8],
    positive: NDArray[np.bool_],
    options: ExplanationOptions,
    seed: int,
) -> DecisionMaps:
    """Map what spoke for each decision; of several models, the mean of their maps.

    Args:
        models: Name to model, one or more.
        images: As the models see them, uint8 (n, height, width, 1).
        positive: Shape (n,), whether the score speaks for PNEUMONIA.
        options: How decisions are explained.
        seed: Seed of SmoothGrad's noise.
    """
    from pneumoscope.models.explain.attribution import attribute, enlarge, method_of

    count, height, width, _ = images.shape
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


def maps_of_export(name: str, scored: ScoredFilms, positive: NDArray[np.bool_]) -> DecisionMaps:
    """Map what spoke for each decision by the class activation maps of an exported model.

    Args:
        name: Of the model.
        scored: Films with their maps.
        positive: Shape (n,), whether the score speaks for PNEUMONIA.
    """
    _, height, width, _ = scored.images.shape
    given = np.zeros((0, 0, 0)) if scored.maps is None else scored.maps
    towards = np.where(positive, 1, -1)[:, np.newaxis, np.newaxis]
    spoken = np.maximum(given * towards, 0).astype(np.float32)
    enlarged = [
        np.asarray(Image.fromarray(one).resize((width, height), Image.Resampling.BILINEAR))
        for one in spoken
    ]
    return DecisionMaps(
        scored.images[..., 0], _to_one(np.stack(enlarged)), f"Grad-CAM of {name}", SPOKE
    )


def joined(parts: Sequence[DecisionMaps]) -> DecisionMaps:
    """Put maps that one model made of some films after another into one record."""
    if not parts:
        return DecisionMaps(np.zeros((0, 0, 0), np.uint8), None, "no film was read")
    films = np.concatenate([part.films for part in parts])
    maps = [part.maps for part in parts if part.maps is not None]
    first = parts[0]
    return DecisionMaps(films, np.concatenate(maps) if maps else None, first.method, first.meaning)


def _to_one(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    strongest = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, strongest, out=np.zeros_like(maps), where=strongest > 0)
