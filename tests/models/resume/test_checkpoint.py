"""An interrupted training ends like an uninterrupted one, and no other's checkpoint is used."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pneumoscope.datasets.checkpoint import CheckpointFolder
from pneumoscope.models.architectures import registry
from pneumoscope.models.resume.checkpoint import Checkpoint, Record
from pneumoscope.models.resume.fingerprint import fingerprint
from pneumoscope.models.resume.state import TrainingState, read_state, write_state
from pneumoscope.models.training.batches import TrainingData
from pneumoscope.models.training.fit import FitResult
from pneumoscope.models.training.monitor import Progress
from pneumoscope.options import AugmentationOptions, FittingOptions, ModelOptions, Recipe

SHAPE = (32, 32, 1)
CHANGES = AugmentationOptions(horizontal_flip=0.5, rotation=10, quality=(20, 80))
CNN = ModelOptions.model_validate(
    {
        "architecture": "cnn",
        "filters": [4, 4],
        "units": 8,
        "dropout": 0.3,
        "batch_norm": True,
    }
)
MLP = ModelOptions.model_validate({"architecture": "mlp", "units": [4]})


def stop_after(epoch: int) -> Callable:
    """Press Ctrl-C at the end of an epoch."""

    def report(row) -> None:
        if row.epoch == epoch:
            raise KeyboardInterrupt

    return report


def assert_equal(one: FitResult, other: FitResult) -> None:
    pd.testing.assert_frame_equal(
        one.history.drop(columns="seconds"), other.history.drop(columns="seconds")
    )
    # Variables hold the generators of dropout, too, which are saved with a model.
    for a, b in zip(one.model.variables, other.model.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), err_msg=a.path)


@pytest.mark.parametrize(
    "ema_momentum", [pytest.param(None, marks=pytest.mark.slow), 0.9], ids=["weights", "averages"]
)
def test_a_stopped_training_ends_as_if_it_had_not_been(
    fitted, tmp_path: Path, ema_momentum: float | None
) -> None:
    fitting = FittingOptions(epochs=3, batch_size=6, mixup=0.2, ema_momentum=ema_momentum)
    through = fitted(CNN, fitting, CHANGES)
    store = CheckpointFolder(tmp_path / "cnn")
    with pytest.raises(KeyboardInterrupt):
        fitted(CNN, fitting, CHANGES, store=store, report=stop_after(2))
    rows = []
    assert_equal(fitted(CNN, fitting, CHANGES, store=store, report=rows.append), through)
    assert [row.epoch for row in rows] == [3]


def test_both_phases_are_taken_up_wherever_they_stop(
    fitted, small_backbone, tmp_path: Path
) -> None:
    fitting = FittingOptions(
        epochs=2, frozen_epochs=2, batch_size=6, ema_momentum=0.9, frozen_learning_rate=0.1
    )  # fmt: skip
    options, flips = small_backbone(), AugmentationOptions(horizontal_flip=0.5)
    through = fitted(options, fitting, flips)
    folder = tmp_path / "checkpoint"
    # In the frozen phase, at its end, and in the phase after it: one run after the other.
    for epoch in (1, 2, 3):
        with pytest.raises(KeyboardInterrupt):
            fitted(
                options, fitting, flips, store=CheckpointFolder(folder), report=stop_after(epoch)
            )
    assert_equal(fitted(options, fitting, flips, store=CheckpointFolder(folder)), through)
    assert [file.name for file in folder.iterdir()] == ["state.npz"]


def test_stopping_early_and_the_end_survive_a_stop_too(fitted, tmp_path: Path) -> None:
    fitting = FittingOptions(epochs=9, batch_size=16, patience=1, learning_rate=0.5)
    through = fitted(MLP, fitting)
    last = len(through.history)
    assert last < 9
    store = CheckpointFolder(tmp_path / "mlp")
    with pytest.raises(KeyboardInterrupt):
        fitted(MLP, fitting, store=store, report=stop_after(last))
    rows = []
    for _ in ("stopped after the last epoch", "stopped while the model was saved"):
        assert_equal(fitted(MLP, fitting, store=store, report=rows.append), through)
    assert rows == []


def test_a_checkpoint_of_another_training_is_set_aside_and_says_why(
    fitted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = CheckpointFolder(tmp_path)
    fitted(MLP, FittingOptions(epochs=1), store=store)
    fitting = FittingOptions(epochs=2)
    assert_equal(fitted(MLP, fitting, store=store, title="dense"), fitted(MLP, fitting))
    # Earlier tests may have let lines of progress through.
    warned = [line.getMessage() for line in caplog.records if line.levelno >= logging.WARNING]
    assert warned == [
        "dense: the checkpoint belongs to another training (different: fitting); it was "
        f"set aside as {tmp_path}/state.set_aside.npz and is not used"
    ]
    assert (tmp_path / "state.set_aside.npz").is_file()


def test_an_array_that_a_state_holds_twice_is_written_once(tmp_path: Path) -> None:
    store = CheckpointFolder(tmp_path)
    weights, generator = np.arange(1000.0), np.uint32([1, 2])
    for best, files in (([weights], 2), ([weights.copy()], 3)):
        progress = Progress(best_epoch=1, best_weights=best)
        checkpoint = Checkpoint(store, {}, "cnn")
        write_state(checkpoint, TrainingState(1, progress, [weights, generator]))
        assert len(store.read().arrays) == files
        found = read_state(checkpoint)
        np.testing.assert_array_equal(found.progress.best_weights, [weights])
        np.testing.assert_array_equal(found.variables[0], weights)
        np.testing.assert_array_equal(found.variables[1], generator)


def test_the_best_weights_are_in_the_checkpoint_once_while_the_best_epoch_is_the_last(
    fitted, tmp_path: Path
) -> None:
    store = CheckpointFolder(tmp_path)
    found = []

    def look(_) -> None:
        names = [name.split(".")[0] for name in store.read().arrays]
        found.append((names.count("variables"), names.count("best")))

    # It ends with an epoch that is worse than the one before.
    fitting = FittingOptions(epochs=9, batch_size=16, patience=1, learning_rate=0.5)
    result = fitted(MLP, fitting, store=store, report=look)
    whole = len(result.model.variables)
    assert found == [(whole, 0)] * (len(found) - 1) + [(whole, len(result.model.weights))]
    assert len(found) == result.best_epoch + 1 < 9


def test_a_damaged_checkpoint_is_set_aside(tmp_path: Path, caplog) -> None:
    store = CheckpointFolder(tmp_path)
    checkpoint = Checkpoint(store, {"seed": "1"}, "cnn")
    checkpoint.write(Record({"phase": 1}, {"weights": np.arange(1000.0)}))
    file = tmp_path / "state.npz"
    file.write_bytes(file.read_bytes()[:-500])
    with caplog.at_level(logging.WARNING):
        assert checkpoint.read() is None
    assert "cnn: the checkpoint cannot be read (BadZipFile" in caplog.text
    assert not file.exists()


def test_everything_that_shapes_the_result_is_in_the_fingerprint(separable) -> None:
    def described(seed=1, initial=1, data=0, **fitting) -> dict[str, str]:
        model = registry.build(MLP, SHAPE, initial)
        chosen = FittingOptions.model_validate({"epochs": 1, **fitting})
        recipe = Recipe(model=MLP, augmentation=AugmentationOptions(), fitting=chosen)
        films = TrainingData(separable(seed=data), separable(), separable())
        return fingerprint(model, films, recipe, seed)

    plain = described()
    assert described() == plain
    changes = {
        "seed": {"seed": 2}, "initial weights": {"initial": 2}, "train radiographs": {"data": 1},
        "fitting": {"batch_size": 4},
    }  # fmt: skip
    for name, change in changes.items():
        other = described(**change)
        assert [key for key in plain if plain[key] != other[key]] == [name]
    assert {"precision", "backend", "versions", "code"} <= plain.keys()
