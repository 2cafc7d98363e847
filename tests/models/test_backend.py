"""No setting of Keras from outside the project shapes a model, and no process another model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import small_training

SETTINGS = {
    "backend": "tensorflow", "image_data_format": "channels_first", "floatx": "float16",
    "epsilon": 0.1,
}  # fmt: skip
VARIABLES = {"KERAS_MAX_EPOCHS": "1", "KERAS_MAX_STEPS_PER_EPOCH": "1"}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved")


@pytest.fixture(scope="module")
def elsewhere(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What a process of its own, with a user's settings of Keras, trains; it saves models too."""
    home = tmp_path_factory.mktemp("home")
    (home / "keras.json").write_text(json.dumps(SETTINGS))
    printed = subprocess.run(
        [sys.executable, small_training.__file__, str(saved)],
        env={**os.environ, "KERAS_HOME": str(home), **VARIABLES},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict = json.loads(printed.stdout.splitlines()[-1])
    return found


def test_a_users_keras_json_and_environment_change_no_bit_of_a_model(elsewhere: dict) -> None:
    plain = small_training.described()
    assert plain["shape"] == [None, 16, 24, 4]
    assert plain["epochs"] == 2
    assert elsewhere == plain


@pytest.mark.usefixtures("elsewhere")
def test_two_processes_and_two_orders_give_equal_bytes(saved: Path) -> None:
    for name, seed in (("here", 5), ("other", 6)):
        small_training.save(saved / f"{name}.keras", "mlp", seed)
    first, second, other = (
        (saved / f"{name}.keras").read_bytes() for name in ("mlp", "here", "other")
    )
    assert first == second
    assert other != first
