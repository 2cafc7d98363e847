"""Every architecture trains where Keras runs on JAX."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pneumoscope.models.architectures import registry

pytestmark = pytest.mark.skipif(find_spec("jax") is None, reason="needs the extra `jax`")

# The others trace for half a minute each.
QUICK = {"mlp"}

TRAIN = """
import json, sys
import numpy as np
import keras
from pneumoscope.models.architectures import registry
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.models.training.fit import fit
from pneumoscope.models.scoring import score
from pneumoscope.options import AugmentationOptions, FittingOptions, ModelOptions, Recipe

prepare_backend(1)
architecture, folder, frozen = sys.argv[1], sys.argv[2], int(sys.argv[3])
options = ModelOptions.model_validate({"architecture": architecture})
if frozen:
    # Any weights but the random start's make a backbone one that has been trained before.
    weights = f"{folder}/trained.weights.h5"
    registry.build(options, (32, 32, 1), 0).get_layer("backbone").save_weights(weights)
    options = ModelOptions.model_validate({"architecture": architecture, "weights": weights})
random = np.random.default_rng(0)
films = LabelledRadiographs(
    random.integers(0, 256, (8, 32, 32, 1)).astype(np.uint8), np.arange(8) % 2
)
model = registry.build(options, (32, 32, 1), 1)
watched = model.trainable_weights
before = [np.asarray(weight) for weight in watched]
recipe = Recipe(
    model=options,
    augmentation=AugmentationOptions(horizontal_flip=0.5, rotation=5.0, gamma=(0.8, 1.2)),
    fitting=FittingOptions(
        epochs=2, frozen_epochs=frozen, batch_size=4, ema_momentum=0.5, mixup=0.2
    ),
)
found = fit(model, recipe, TrainingData(films, films, films), 1)
after = [np.asarray(weight) for weight in watched]
moved = sum(bool((a != b).any()) for a, b in zip(before, after))
scores = score(found.model, films.images, 4, "scoring")
print(json.dumps({
    "backend": keras.backend.backend(),
    "moved": moved / len(before), "losses": found.history["loss"].tolist(),
    "phases": found.history["phase"].tolist(),
    "scores": [float(score) for score in scores],
}))
"""


@pytest.mark.parametrize(
    "architecture",
    [
        pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow)
        for name in registry.ARCHITECTURES
    ],
)
def test_every_architecture_trains_on_jax(architecture: str, tmp_path: Path) -> None:
    found = train(architecture, tmp_path, frozen_epochs=0)
    assert found["phases"] == ["training", "training"]
    assert found["moved"] > 0.9


@pytest.mark.slow
def test_a_pretrained_backbone_trains_in_two_phases_on_jax(tmp_path: Path) -> None:
    found = train("mobilenetv2", tmp_path, frozen_epochs=1)
    assert found["phases"] == ["frozen", "training", "training"]
    # More than the two weights of the head: scales and shifts of batch norm stay, and under
    # statistics that were never measured some gradients are too small to move anything.
    assert found["moved"] > 0.1


def train(architecture: str, folder: Path, frozen_epochs: int) -> dict[str, Any]:
    trained = subprocess.run(
        [sys.executable, "-c", TRAIN, architecture, str(folder), str(frozen_epochs)],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr[-3000:]
    found: dict[str, Any] = json.loads(trained.stdout.splitlines()[-1])
    assert found["backend"] == "jax"
    assert all(0 < loss < 10 for loss in found["losses"])
    assert len(found["scores"]) == 8
    assert all(0 <= score <= 1 for score in found["scores"])
    return found
