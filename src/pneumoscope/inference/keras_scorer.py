"""Models scored by Keras, as the evaluation did: where no export was proven equal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pneumoscope.inference.maps import DecisionMaps, decision_maps
from pneumoscope.inference.scored import Pixels, ScoredFilms
from pneumoscope.options import ExplanationOptions, PreprocessingOptions
from pneumoscope.radiographs.transforms import preprocess


@dataclass(frozen=True)
class KerasScorer:
    """Models in Keras, scoring by their mean.

    Attributes:
        models: Name to model, one or more.
        preprocessing: What decoded films go through.
        explanation: How decisions are explained.
        seed: Seed of SmoothGrad's noise.
    """

    models: Mapping[str, Any]
    preprocessing: PreprocessingOptions
    explanation: ExplanationOptions
    seed: int

    @property
    def runtime(self) -> str:
        """Keras and its version."""
        import keras

        return f"keras {keras.__version__}"

    def score(self, films: Sequence[Pixels]) -> ScoredFilms:
        """Score decoded films as the evaluation did."""
        from pneumoscope.models.scoring import describe_batch

        images = np.stack([preprocess(film, self.preprocessing) for film in films])
        found = [describe_batch(model, images) for model in self.models.values()]
        each = np.stack([score for score, _ in found])
        scores = each.mean(axis=0, dtype=np.float64).astype(np.float32)
        features = np.concatenate([features for _, features in found], axis=1)
        return ScoredFilms(scores, images, features)

    def explain(self, images: Pixels, positive: NDArray[np.bool_]) -> DecisionMaps:
        """Map what spoke for each decision; arguments are those of `decision_maps`."""
        return decision_maps(self.models, images, positive, self.explanation, self.seed)
