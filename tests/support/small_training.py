"""A small training, and models saved, here or as a process: what they are, to the last bit."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from pneumoscope.datasets.keras_model import KerasModelDataset
from pneumoscope.models.architectures import registry
from pneumoscope.models.backend import pin_settings
from pneumoscope.models.scoring import score
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.models.training.fit import fit
from pneumoscope.options import ModelOptions, Recipe

RECIPE = Recipe.model_validate(
    {
        "model": {"architecture": "cnn", "filters": [4], "units": 4, "batch_norm": True},
        "augmentation": {"rotation": 5},
        "fitting": {"epochs": 2, "batch_size": 4},
    }
)


def described() -> dict:
    """Train; give the shape, the epochs, the hash of the weights, the scores and the settings."""
    model = registry.build(RECIPE.model, (16, 24, 1), 1)
    films = np.random.default_rng(0).integers(0, 256, (8, 16, 24, 1)).astype(np.uint8)
    part = LabelledRadiographs(films, np.arange(8) % 2)
    built = model.get_layer("conv_1").output.shape
    prepare_backend(1)
    found = fit(model, RECIPE, TrainingData(part, part, part), 1)
    weights = b"".join(values.tobytes() for values in found.model.get_weights())
    return {
        "shape": list(built),
        "epochs": len(found.history),
        "weights": hashlib.sha256(weights).hexdigest(),
        "scores": score(found.model, films, 4, "scoring").tolist(),
        "settings": str(pin_settings()),
    }


def save(file: Path, architecture: str, seed: int = 5) -> None:
    """Build a model of random weights and save it."""
    options = ModelOptions.model_validate({"architecture": architecture, "dropout": 0.3})
    model = registry.build(options, (16, 16, 1), seed=seed)
    KerasModelDataset(filepath=str(file)).save(model)


if __name__ == "__main__":
    for architecture in ("cnn", "mlp"):
        save(Path(sys.argv[1]) / f"{architecture}.keras", architecture)
    print(json.dumps(described()))
