"""Small models, films and what an evaluation would have said of them: fixtures to import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
from example_metrics import model_metrics
from example_records import training_record

from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.ensembles import ensemble_fingerprint
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
from pneumoscope.models.architectures.registry import build
from pneumoscope.models.training.record import describe_preprocessing
from pneumoscope.options import ModelOptions, PreprocessingOptions
from pneumoscope.radiographs.transforms import preprocess

SIZE = (40, 36)


@dataclass(frozen=True)
class Evaluated:
    """A model, or an ensemble of several, with the films it was evaluated on."""

    models: Mapping[str, keras.Model]
    preprocessing: PreprocessingOptions
    decoded: Mapping[str, np.ndarray]
    rows: pd.DataFrame
    images: np.ndarray
    scores: np.ndarray
    threshold: float

    @property
    def fingerprint(self) -> str:
        own = {name: ScoredBy(model_fingerprint(model)) for name, model in self.models.items()}
        (first, *others) = own.values()
        return ensemble_fingerprint(own).fingerprint if others else first.fingerprint

    @property
    def metrics(self) -> ModelMetrics:
        return model_metrics(
            model={"fingerprint": self.fingerprint},
            operating_point={"threshold": self.threshold, "low": None, "high": None},
        )

    @property
    def members(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, model in self.models.items():
            own = model_fingerprint(model)
            found[f"model_{name}"] = model
            found[f"scored_by_{name}"] = ScoredBy(own)
            found[f"training_record_{name}"] = training_record(
                fingerprint=own, preprocessing=describe_preprocessing(self.preprocessing, 64)
            )
        return found


def _small(architecture: str, seed: int, precision: str = "float32", **options: Any) -> keras.Model:
    own = {
        "mlp": {"units": [8]},
        "cnn": {"filters": [4, 8], "units": 8, "batch_norm": True},
    }.get(architecture, {"weights": None, "dropout": 0.2})
    chosen = ModelOptions.model_validate({"architecture": architecture, **own, **options})
    model = build(chosen, (*SIZE, 1), seed, precision)
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        # As after training: statistics that a graph in training mode would not use.
        if "moving_mean" in weight.path:
            weight.assign(weight + 0.1 * rng.standard_normal(weight.shape))
        if "moving_variance" in weight.path:
            weight.assign(weight * np.exp(0.3 * rng.standard_normal(weight.shape)))
    return model


@pytest.fixture(scope="session")
def small() -> Callable[..., keras.Model]:
    """Build a small model: `small(architecture, seed, **options)`."""
    return _small


@pytest.fixture(scope="session")
def evaluated() -> Callable[..., Evaluated]:
    """Evaluate models on a few films of their own sizes: `evaluated(name=model, …)`."""

    def evaluated(models: Mapping[str, keras.Model], **options: Any) -> Evaluated:
        chosen = PreprocessingOptions.model_validate({"size": SIZE, "fit": "squash", **options})
        rng = np.random.default_rng(5)
        decoded = {}
        for number in range(7):
            height, width = rng.integers(48, 90, 2)
            y, x = np.mgrid[0:height, 0:width] / rng.uniform(5, 25)
            film = 128 + 90 * np.sin(x + number) * np.cos(y) + rng.normal(0, 9, (height, width))
            decoded[f"{number}.png"] = np.clip(film, 0, 255).astype(np.uint8)
        images = np.stack([preprocess(film, chosen) for film in decoded.values()])
        each = [np.asarray(model(images, training=False))[:, 0] for model in models.values()]
        scores = np.mean(each, axis=0, dtype=np.float64).astype(np.float32)
        rows = pd.DataFrame({
            "radiograph_id": list(decoded),
            "path": list(decoded),
            "split": ["validation"] * 3 + ["test"] * 4,
            "score": scores,
        })  # fmt: skip
        low, high = np.sort(scores)[2:4]
        return Evaluated(models, chosen, decoded, rows, images, scores, float((low + high) / 2))

    return evaluated
