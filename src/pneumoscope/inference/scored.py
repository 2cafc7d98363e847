"""Films scored by a model, whatever runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pneumoscope.options import PreprocessingOptions

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class ScoredFilms:
    """What a model gives of some films.

    Attributes:
        scores: float32 (n,).
        images: As the model saw them, uint8 (n, height, width, 1).
        features: What its last layer takes, float32 (n, features); of an ensemble those of all
            members, one after the other.
        maps: Class activation maps, float32 (n, h, w), above 0 what speaks for PNEUMONIA; None
            where the score is not read off pooled feature maps.
    """

    scores: NDArray[np.float32]
    images: Pixels
    features: NDArray[np.float32]
    maps: NDArray[np.float32] | None = None


class Scorer(Protocol):
    """A model as something runs it; several threads may use it at once."""

    @property
    def runtime(self) -> str:
        """What runs it, with its version."""

    @property
    def preprocessing(self) -> PreprocessingOptions:
        """What decoded films go through."""

    def score(self, films: Sequence[Pixels]) -> ScoredFilms:
        """Score decoded films, uint8 (height, width) of any sizes, one or more."""
