"""An interrupted training ends like an uninterrupted one, and no other's checkpoint is used."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pneumoscope.datasets.checkpoint import CheckpointFolder
from pneumoscope.models import registry
from pneumoscope.models.batches import LabelledRadiographs
from pneumoscope.models.execution import prepare_backend
from pneumoscope.models.fitting import FitResult, fit
from pneumoscope.options import AugmentationOptions, FittingOptions, ModelOptions

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


class Fitter:
    """Fits the same model again and again, each time as a new process would."""

    def __init__(self, separable: Callable[..., LabelledRadiographs]) -> None:
        self.parts = [separable(20, seed) for seed in range(3)]

    def __call__(
        self,
        options: ModelOptions,
        fitting: FittingOptions,
        store: CheckpointFolder | None = None,
        stop_after: int = 0,
        seed: int = 1,
    ) -> FitResult:
        prepare_backend(seed)
        model = registry.build(options, SHAPE, seed)

        def report(row) -> None:
            if row.epoch == stop_after:
                raise KeyboardInterrupt

        return fit(model, options, *self.parts, fitting, CHANGES, seed, report, store=store)


@pytest.fixture
def fitter(separable) -> Fitter:
    return Fitter(separable)


def assert_equal(one: FitResult, other: FitResult) -> None:
    pd.testing.assert_frame_equal(
        one.history.drop(columns="seconds"), other.history.drop(columns="seconds")
    )
    # Variables hold the generators of dropout, too, which are saved with a model.
    for a, b in zip(one.model.variables, other.model.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), err_msg=a.path)


@pytest.mark.parametrize("ema_momentum", [None, 0.9])
def test_a_stopped_training_ends_as_if_it_had_not_been(fitter, tmp_path, ema_momentum) -> None:
    fitting = FittingOptions(epochs=3, batch_size=8, mixup=0.2, ema_momentum=ema_momentum)
    through = fitter(CNN, fitting)
    store = CheckpointFolder(tmp_path / "cnn")
    for stop_after in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            fitter(CNN, fitting, store, stop_after)
    assert_equal(fitter(CNN, fitting, store), through)


@pytest.mark.parametrize("stop_after", [1, 2, 3, 4])
def test_both_phases_are_taken_up(fitter, small_backbone, tmp_path, stop_after) -> None:
    fitting = FittingOptions(
        epochs=3, frozen_epochs=2, frozen_views=2, batch_size=8, ema_momentum=0.9,
        frozen_learning_rate=0.1,
    )  # fmt: skip
    through = fitter(small_backbone(), fitting)
    store = CheckpointFolder(tmp_path / "checkpoint")
    with pytest.raises(KeyboardInterrupt):
        fitter(small_backbone(), fitting, store, stop_after)
    assert_equal(fitter(small_backbone(), fitting, store), through)
    assert [file.name for file in (tmp_path / "checkpoint").iterdir()] == ["state.npz"]
