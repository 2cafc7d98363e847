"""No setting of Keras from outside the project shapes a model."""

import json
import os
import subprocess
import sys
from pathlib import Path

TRAIN = """
import hashlib, json
import numpy as np
from pneumoscope.models.architectures import registry
from pneumoscope.models.backend import pin_settings
from pneumoscope.models.scoring import score
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.models.training.fit import fit
from pneumoscope.options import Recipe

recipe = Recipe.model_validate({
    "model": {"architecture": "cnn", "filters": [4], "units": 4, "batch_norm": True},
    "augmentation": {"rotation": 5},
    "fitting": {"epochs": 2, "batch_size": 4},
})
model = registry.build(recipe.model, (16, 24, 1), 1)
films = np.random.default_rng(0).integers(0, 256, (8, 16, 24, 1)).astype(np.uint8)
part = LabelledRadiographs(films, np.arange(8) % 2)
built = model.get_layer("conv_1").output.shape
prepare_backend(1)
found = fit(model, recipe, TrainingData(part, part, part), 1)
weights = b"".join(values.tobytes() for values in found.model.get_weights())
print(json.dumps({
    "shape": built, "epochs": len(found.history), "weights": hashlib.sha256(weights).hexdigest(),
    "scores": score(found.model, films, 4, "scoring").tolist(), "settings": str(pin_settings()),
}))
"""


def trained(home: Path, settings: dict, **variables: str) -> dict:
    home.mkdir()
    (home / "keras.json").write_text(json.dumps({"backend": "tensorflow", **settings}))
    surroundings = {**os.environ, "KERAS_HOME": str(home), **variables}
    printed = subprocess.run(
        [sys.executable, "-c", TRAIN], env=surroundings, capture_output=True, text=True, check=True
    )
    found: dict = json.loads(printed.stdout.splitlines()[-1])
    return found


def test_a_users_keras_json_and_environment_change_no_bit_of_a_model(tmp_path: Path) -> None:
    plain = trained(tmp_path / "plain", {})
    assert plain["shape"] == [None, 16, 24, 4]
    assert plain["epochs"] == 2
    settings = {"image_data_format": "channels_first", "floatx": "float16", "epsilon": 0.1}
    other = trained(
        tmp_path / "other", settings, KERAS_MAX_EPOCHS="1", KERAS_MAX_STEPS_PER_EPOCH="1"
    )
    assert other == plain
