"""A training that is killed without warning goes on where its last epoch ended."""

import os
import signal
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

TRAIN = """
import os, signal, sys
from pathlib import Path
import numpy as np
from pneumoscope.datasets.checkpoint import CheckpointFolder
from pneumoscope.models.architectures import registry
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.models.training.fit import fit
from pneumoscope.options import AugmentationOptions, FittingOptions, ModelOptions, Recipe

folder, into, kill_in = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
prepare_backend(1)
options = ModelOptions.model_validate(
    {"architecture": "cnn", "filters": [4], "units": 4, "dropout": 0.3, "batch_norm": True}
)
random = np.random.default_rng(0)
films = LabelledRadiographs(
    random.integers(0, 256, (16, 32, 32, 1)).astype(np.uint8), np.arange(16) % 2
)
class Deadly:
    '''Storage whose reading kills the process in the middle of an epoch.'''
    shape = films.images.shape
    reads = 0
    def __getitem__(self, rows):
        Deadly.reads += 1
        if kill_in and trained == kill_in - 1 and Deadly.reads % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return films.images[rows]

trained = 0
def report(row):
    global trained
    trained = row.epoch
    print("trained", row.epoch, flush=True)

recipe = Recipe(
    model=options,
    augmentation=AugmentationOptions(horizontal_flip=0.5, translation=0.1),
    fitting=FittingOptions(epochs=4, batch_size=4, ema_momentum=0.9),
)
data = TrainingData(LabelledRadiographs(Deadly(), films.labels), films, films)
model = registry.build(options, (32, 32, 1), 1)
found = fit(model, recipe, data, 1, report, store=CheckpointFolder(folder))
history = found.history.drop(columns="seconds").select_dtypes("number").to_numpy()
weights = {w.path.replace("/", "|"): np.asarray(w) for w in found.model.weights}
np.savez(into, history=history, **weights)
"""


def train_on(
    backend: str, folder: Path, into: Path, kill_in: int = 0
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", TRAIN, str(folder), str(into), str(kill_in)]
    surroundings = {**os.environ, "KERAS_BACKEND": backend}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_kill_loses_one_epoch_and_no_bit_of_the_result(backend: str, tmp_path: Path) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"needs the extra `{backend}`")
    train = partial(train_on, backend)
    through = train(tmp_path / "through", tmp_path / "through.npz")
    assert through.returncode == 0, through.stderr[-3000:]
    killed = train(tmp_path / "killed", tmp_path / "killed.npz", kill_in=3)
    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout.split() == ["trained", "1", "trained", "2"]
    resumed = train(tmp_path / "killed", tmp_path / "killed.npz")
    assert resumed.returncode == 0, resumed.stderr[-3000:]
    assert resumed.stdout.split() == ["trained", "3", "trained", "4"]
    with np.load(tmp_path / "through.npz") as one, np.load(tmp_path / "killed.npz") as other:
        assert one.files == other.files
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)
