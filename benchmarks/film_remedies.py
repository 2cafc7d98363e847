"""Remedies that the ablation tries: changes of films in training, and of what a model takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
from film_marks import add_borders, add_marks, draw_bank
from film_surroundings import drop_surroundings, swap_surroundings

from pneumoscope.models.training import feeds
from pneumoscope.models.training.degradation import degrading

FIELD = (0.6, 0.95)
CENTRE = 0.8


def as_stored(films: np.ndarray) -> np.ndarray:
    """Leave films as they are."""
    return films


def equalised(films: np.ndarray) -> np.ndarray:
    """Bring the tone curve of every film to one, tile by tile (CLAHE)."""
    clahe = cv2.createCLAHE(2.0, (8, 8))
    return np.stack([clahe.apply(film[..., 0]) for film in films])[..., np.newaxis]


def centre(films: np.ndarray) -> np.ndarray:
    """Keep the central share of every film, at the same size."""
    height, width = films.shape[1:3]
    top, left = round(height * (1 - CENTRE) / 2), round(width * (1 - CENTRE) / 2)
    cut = films[:, top : height - top, left : width - left, 0]
    return np.stack([cv2.resize(film, (width, height)) for film in cut])[..., np.newaxis]


INPUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as stored": as_stored,
    "equalised": equalised,
    "centre": centre,
}


@contextmanager
def remedies(change: dict[str, Any]) -> Iterator[None]:
    """Train with remedies: `feed_for` then puts them around the degradations."""
    bank = draw_bank(change["side"], change["seed"])
    as_input = INPUTS[change.get("input", "as stored")]

    def with_remedies(options: Any) -> Callable[..., np.ndarray]:
        degrade = degrading(options)

        def changed(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
            if share := change.get("swapped"):
                images = swap_surroundings(images, share, FIELD, rng)
            if share := change.get("dropped"):
                images = drop_surroundings(images, share, FIELD, rng)
            if share := change.get("bordered"):
                images = add_borders(images, share, rng)
            if share := change.get("marked"):
                images = add_marks(images, share, bank, rng)
            return as_input(degrade(images, rng) if degrade else images)

        return changed

    feeds.degrading = with_remedies
    try:
        yield
    finally:
        feeds.degrading = degrading
