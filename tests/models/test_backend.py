"""No setting of Keras from outside the project shapes a model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import small_training


def trained_elsewhere(home: Path, settings: dict, **variables: str) -> dict:
    """Train in a process of its own, with a user's settings of Keras."""
    home.mkdir()
    (home / "keras.json").write_text(json.dumps({"backend": "tensorflow", **settings}))
    surroundings = {**os.environ, "KERAS_HOME": str(home), **variables}
    command = [sys.executable, small_training.__file__]
    printed = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True)
    found: dict = json.loads(printed.stdout.splitlines()[-1])
    return found


def test_a_users_keras_json_and_environment_change_no_bit_of_a_model(tmp_path: Path) -> None:
    plain = small_training.described()
    assert plain["shape"] == [None, 16, 24, 4]
    assert plain["epochs"] == 2
    settings = {"image_data_format": "channels_first", "floatx": "float16", "epsilon": 0.1}
    other = trained_elsewhere(
        tmp_path / "other", settings, KERAS_MAX_EPOCHS="1", KERAS_MAX_STEPS_PER_EPOCH="1"
    )
    assert other == plain
