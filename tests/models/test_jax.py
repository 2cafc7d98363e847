"""Every architecture trains where Keras runs on JAX."""

import json
import os
import subprocess
import sys

import pytest

from pneumoscope.models import registry

pytestmark = pytest.mark.slow

TRAIN = """
import json, sys
import numpy as np
import keras
from pneumoscope.models import registry
from pneumoscope.models.batches import LabelledRadiographs
from pneumoscope.models.execution import prepare_backend
from pneumoscope.models.fitting import fit
from pneumoscope.models.scoring import score
from pneumoscope.options import AugmentationOptions, FittingOptions, ModelOptions

prepare_backend(1)
options = ModelOptions.model_validate({"architecture": sys.argv[1]})
random = np.random.default_rng(0)
films = LabelledRadiographs(
    random.integers(0, 256, (8, 32, 32, 1)).astype(np.uint8), np.arange(8) % 2
)
model = registry.build(options, (32, 32, 1), 1)
before = [np.asarray(weight) for weight in model.trainable_weights]
found = fit(
    model, options, films, films, films,
    FittingOptions(epochs=1, batch_size=4, ema_momentum=0.5, mixup=0.2),
    AugmentationOptions(horizontal_flip=0.5, rotation=5.0, gamma=(0.8, 1.2)), 1,
)
after = [np.asarray(weight) for weight in found.model.trainable_weights]
moved = sum(bool((a != b).any()) for a, b in zip(before, after))
scores = score(found.model, films.images, 4, "scoring")
print(json.dumps({
    "backend": keras.backend.backend(),
    "moved": moved / len(before), "loss": float(found.history["loss"].iloc[0]),
    "scores": [float(score) for score in scores],
}))
"""


@pytest.mark.parametrize("architecture", registry.architectures())
def test_every_architecture_trains_on_jax(architecture: str) -> None:
    trained = subprocess.run(
        [sys.executable, "-c", TRAIN, architecture],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr[-3000:]
    found = json.loads(trained.stdout.splitlines()[-1])
    assert found["backend"] == "jax"
    assert found["moved"] > 0.9
    assert 0 < found["loss"] < 10
    assert len(found["scores"]) == 8
    assert all(0 <= score <= 1 for score in found["scores"])
