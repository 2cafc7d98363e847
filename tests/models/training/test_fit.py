"""Fitting learns, repeats, keeps the best epoch and stops when it must."""

import io
import logging
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from pneumoscope.errors import InputError
from pneumoscope.models.architectures import registry
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.models.training.fit import FitResult, fit
from pneumoscope.models.training.history import EpochReport
from pneumoscope.options import AugmentationOptions, FittingOptions, ModelOptions, Recipe

SHAPE = (32, 32, 1)
NO_CHANGE = AugmentationOptions()


def options(architecture: str, **changes: object) -> ModelOptions:
    return ModelOptions.model_validate({"architecture": architecture, **changes})


@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_the_loss_falls_on_one_batch(fitted, architecture: str) -> None:
    result = fitted(options(architecture), FittingOptions(epochs=6, batch_size=16))
    assert result.history["loss"].iloc[-1] < 0.9 * result.history["loss"].iloc[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "architecture", ["vgg16", "resnet50v2", "mobilenetv2", "densenet121", "efficientnetv2b0"]
)
def test_the_loss_of_a_backbone_falls_on_one_batch(fitted, architecture: str) -> None:
    result = fitted(
        options(architecture, dropout=0.0),
        FittingOptions(epochs=6, batch_size=16, learning_rate=3e-4, patience=6),
    )
    assert result.history["loss"].min() < 0.9 * result.history["loss"].iloc[0]


@dataclass(frozen=True)
class Watched:
    """A fit, its rows as they were reported, its log records, and what a terminal showed."""

    result: FitResult
    rows: list[EpochReport]
    records: list[logging.LogRecord]
    screen: str


class Kept(logging.Handler):
    """Keeps every record."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(scope="module")
def watched(fitted) -> Watched:
    """One fit that is looked at from several sides."""
    rows, handler, screen = [], Kept(), a_terminal()
    logger = logging.getLogger("pneumoscope.models.training")
    fitting = FittingOptions(epochs=4, frozen_epochs=2, batch_size=4, learning_rate=0.01)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pneumoscope.progress.console", lambda: screen)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        try:
            result = fitted(options("mlp"), fitting, report=rows.append, title="mlp_2")
        finally:
            logger.removeHandler(handler)
            logger.setLevel(logging.NOTSET)
    return Watched(result, rows, handler.records, screen.file.getvalue())


def test_the_history_has_one_row_an_epoch_and_the_rate_falls_as_a_cosine(watched) -> None:
    result = watched.result
    assert list(result.history.columns) == [
        "epoch", "phase", "learning_rate", "loss", "accuracy", "auroc",
        "validation_loss", "validation_accuracy", "validation_auroc",
        "stressed_loss", "stressed_accuracy", "stressed_auroc",
        "hard_loss", "hard_accuracy", "hard_auroc", "seconds", "kept",
    ]  # fmt: skip
    assert result.history["epoch"].tolist() == [1, 2, 3, 4]
    assert [row.epoch for row in watched.rows] == [1, 2, 3, 4]
    assert result.history["hard_loss"].isna().all()
    expected = [0.01 * (1 + np.cos(np.pi * epoch / 4)) / 2 for epoch in range(4)]
    np.testing.assert_allclose(result.history["learning_rate"], expected, rtol=1e-4)


def a_terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)


@pytest.fixture
def terminal(monkeypatch) -> Console:
    console = a_terminal()
    monkeypatch.setattr("pneumoscope.progress.console", lambda: console)
    return console


def test_a_terminal_shows_each_epoch_to_its_end_with_its_loss(watched) -> None:
    for epoch in (1, 2, 3, 4):
        shown = rf"mlp_2: epoch {epoch}/4 .*100% loss \d\.\d{{3}}, validation"
        assert re.search(shown, watched.screen), epoch


def test_a_training_that_is_stopped_gives_the_terminal_back(fitted, terminal) -> None:
    def stop(_) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(options("mlp"), FittingOptions(epochs=2, batch_size=8), report=stop)
    hidden, shown_again = "\x1b[?25l", "\x1b[?25h"
    screen = terminal.file.getvalue()
    assert screen.rindex(shown_again) > screen.rindex(hidden)


def test_two_fits_give_equal_bits_and_histories(fitted, tmp_path) -> None:
    augmentation = AugmentationOptions(horizontal_flip=0.5, rotation=10, gamma=(0.8, 1.2))
    chosen = options("cnn", filters=[4], units=4, dropout=0.3, batch_norm=True)
    fitting = FittingOptions(epochs=2, batch_size=8)
    first, again = (fitted(chosen, fitting, augmentation) for _ in range(2))
    for one, two in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    files = [tmp_path / "first.weights.h5", tmp_path / "again.weights.h5"]
    for file, found in zip(files, (first, again), strict=True):
        found.model.save_weights(file)
    assert files[0].read_bytes() == files[1].read_bytes()
    pd.testing.assert_frame_equal(
        first.history.drop(columns="seconds"), again.history.drop(columns="seconds")
    )
    other = fitted(chosen, fitting, augmentation, seed=2)
    assert not np.array_equal(first.model.get_weights()[0], other.model.get_weights()[0])


@pytest.mark.parametrize("ema_momentum", [None, 0.5])
def test_the_best_weights_are_kept_and_patience_ends_the_fit(
    fitted, separable, ema_momentum: float | None
) -> None:
    import keras

    # Validation labels contradict training, so that every further epoch is worse.
    train = separable()
    contrary = LabelledRadiographs(train.images, 1 - train.labels)
    fitting = FittingOptions(epochs=9, batch_size=8, patience=2, ema_momentum=ema_momentum)
    result = fitted(options("mlp"), fitting, train=train, validation=contrary)
    assert len(result.history) == result.best_epoch + 2 < 9
    scores = np.asarray(result.model(contrary.images, training=False))
    loss = keras.losses.BinaryCrossentropy()(contrary.labels[:, None].astype("float32"), scores)
    best = result.history["validation_loss"].min()
    np.testing.assert_allclose(float(loss), best, rtol=1e-4)


def test_hard_validation_chooses_the_epoch_where_it_is_asked_to(fitted, separable, caplog) -> None:
    # Hard films contradict the others, so that every further epoch is worse on them alone.
    train = separable()
    contrary = LabelledRadiographs(train.images, 1 - train.labels)
    fitting = FittingOptions(epochs=4, batch_size=8, select_by="hard")
    with caplog.at_level(logging.INFO):
        result = fitted(options("mlp"), fitting, train=train, validation=train, hard=contrary)
    history = result.history
    assert result.best_epoch == 1 + history["hard_loss"].argmin() < 4
    assert history["validation_loss"].argmin() == 3
    np.testing.assert_allclose(history["hard_auroc"], 1 - history["validation_auroc"], atol=0.02)
    assert f", hard {history['hard_auroc'].iloc[-1]:.3f}, " in caplog.text


def test_hard_validation_cannot_choose_where_there_is_none(fitted) -> None:
    with pytest.raises(InputError, match=r"hard films in validation.*Choose by `stressed`"):
        fitted(options("mlp"), FittingOptions(epochs=1, select_by="hard"))


def test_averages_are_validated_and_the_weights_themselves_are_trained(fitted) -> None:
    # A rate of 0.9999 hardly lets the average leave the first step: training gets better all
    # the same, and what is validated does not.
    fitting = FittingOptions(epochs=4, batch_size=16, ema_momentum=0.9999, learning_rate=0.01)
    history = fitted(options("mlp"), fitting).history
    assert history["loss"].iloc[-1] < 0.9 * history["loss"].iloc[0]
    np.testing.assert_allclose(
        history["validation_loss"], history["validation_loss"].iloc[0], rtol=0.01
    )


# Batch norm that came pretrained keeps its scale and its statistics at any share.
@pytest.mark.parametrize(("share", "moved"), [(0.34, {"high"}), (1.0, {"low", "high"})])
def test_the_frozen_phase_leaves_the_backbone_and_fine_tuning_moves_its_top(
    small_backbone, separable, share: float, moved: set[str]
) -> None:
    chosen = small_backbone(trainable_share=share)
    prepare_backend(1)
    model = registry.build(chosen, SHAPE, seed=1)
    backbone = model.get_layer("backbone")
    before = {weight.path: weight.numpy() for weight in backbone.weights}
    seen = {}

    def remember(row) -> None:
        seen[row.phase] = {weight.path: weight.numpy() for weight in backbone.weights}
        seen[row.phase, "score"] = model.get_layer("score").get_weights()[0]

    fitting = FittingOptions(epochs=1, frozen_epochs=1, batch_size=8)
    recipe = Recipe(model=chosen, augmentation=NO_CHANGE, fitting=fitting)
    data = TrainingData(*[separable()] * 3)
    result = fit(model, recipe, data, seed=1, report=remember)
    assert result.history["phase"].tolist() == ["frozen", "training"]
    assert changed(before, seen["frozen"]) == set()
    assert changed(before, seen["training"]) == moved
    assert not np.array_equal(seen["frozen", "score"], seen["training", "score"])


def changed(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> set[str]:
    paths = {path for path in before if not np.array_equal(before[path], after[path])}
    return {path.split("/")[-2] for path in paths}


def test_a_random_start_skips_the_frozen_phase_and_each_epoch_has_a_line(watched) -> None:
    assert watched.result.history["phase"].tolist() == ["training"] * 4
    said = {name: [] for name in ("phases", "monitor")}
    for record in watched.records:
        said.setdefault(record.name.rpartition(".")[2], []).append(record.getMessage())
    assert said["phases"][0] == (
        "mlp_2: starts from random weights, so there is nothing to freeze; frozen_epochs (2) are "
        "skipped"
    )
    assert [line.split(",")[0] for line in said["monitor"]] == [
        f"mlp_2: epoch {epoch}/4 (training)" for epoch in (1, 2, 3, 4)
    ]
    assert said["monitor"][-1].endswith("about 0 s left")


@pytest.mark.parametrize("batch_size", [4, 16])
def test_a_loss_that_is_no_number_stops_at_once_and_says_where(
    fitted, separable, batch_size: int
) -> None:
    train = separable()
    weights = np.ones(len(train.labels))
    weights[3] = np.nan
    broken = LabelledRadiographs(train.images, train.labels, weights)
    fitting = FittingOptions(epochs=2, learning_rate=0.02, batch_size=batch_size)
    with pytest.raises(InputError, match=r"training loss \(one.*received nan in epoch 1"):
        fitted(options("mlp"), fitting, train=broken, title="one")
