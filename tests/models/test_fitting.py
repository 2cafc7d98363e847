"""Fitting learns, repeats, keeps the best epoch and stops when it must."""

import logging

import numpy as np
import pandas as pd
import pytest

from pneumoscope.models import registry
from pneumoscope.models.batches import LabelledRadiographs
from pneumoscope.models.execution import prepare_backend
from pneumoscope.models.fitting import FitResult, fit
from pneumoscope.options import AugmentationOptions, FittingOptions, ModelOptions

SHAPE = (32, 32, 1)
NO_CHANGE = AugmentationOptions()


def options(architecture: str, **changes: object) -> ModelOptions:
    return ModelOptions.model_validate({"architecture": architecture, **changes})


def separable(count: int = 16, seed: int = 0) -> LabelledRadiographs:
    """Noise; the upper half of PNEUMONIA is brighter."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    images = random.integers(0, 120, (count, *SHAPE))
    images[:, :16] += 100 * labels[:, None, None, None]
    return LabelledRadiographs(images.astype(np.uint8), labels)


def fitted(
    chosen: ModelOptions,
    fitting: FittingOptions,
    augmentation: AugmentationOptions = NO_CHANGE,
    seed: int = 1,
    **named: object,
) -> FitResult:
    prepare_backend(seed)
    model = registry.build(chosen, SHAPE, seed)
    data = {
        "train": separable(),
        "validation": separable(seed=1),
        "stressed": separable(seed=2),
        **named,
    }
    return fit(model, chosen, fitting=fitting, augmentation=augmentation, seed=seed, **data)


@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_the_loss_falls_on_one_batch(architecture: str) -> None:
    result = fitted(options(architecture), FittingOptions(epochs=6, batch_size=16))
    assert result.history["loss"].iloc[-1] < 0.9 * result.history["loss"].iloc[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "architecture", ["vgg16", "resnet50v2", "mobilenetv2", "densenet121", "efficientnetv2b0"]
)
def test_the_loss_of_a_backbone_falls_on_one_batch(architecture: str) -> None:
    result = fitted(
        options(architecture, dropout=0.0),
        FittingOptions(epochs=6, batch_size=16, learning_rate=3e-4, patience=6),
    )
    assert result.history["loss"].min() < 0.9 * result.history["loss"].iloc[0]


def test_the_history_has_one_row_an_epoch_and_the_rate_falls_as_a_cosine() -> None:
    rows = []
    fitting = FittingOptions(epochs=4, batch_size=8, learning_rate=0.01)
    result = fitted(options("mlp"), fitting, report=rows.append)
    assert list(result.history.columns) == [
        "epoch", "phase", "learning_rate", "loss", "accuracy", "auroc",
        "validation_loss", "validation_accuracy", "validation_auroc",
        "stressed_loss", "stressed_accuracy", "stressed_auroc", "seconds", "kept",
    ]  # fmt: skip
    assert result.history["epoch"].tolist() == [1, 2, 3, 4]
    assert [row.epoch for row in rows] == [1, 2, 3, 4]
    expected = [0.01 * (1 + np.cos(np.pi * epoch / 4)) / 2 for epoch in range(4)]
    np.testing.assert_allclose(result.history["learning_rate"], expected, rtol=1e-4)


def test_two_fits_give_equal_bits_and_histories() -> None:
    augmentation = AugmentationOptions(horizontal_flip=0.5, rotation=10, gamma=(0.8, 1.2))
    chosen = options("cnn", dropout=0.3, batch_norm=True)
    fitting = FittingOptions(epochs=2, batch_size=8)
    first, again = (fitted(chosen, fitting, augmentation) for _ in range(2))
    for one, two in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    pd.testing.assert_frame_equal(
        first.history.drop(columns="seconds"), again.history.drop(columns="seconds")
    )
    other = fitted(chosen, fitting, augmentation, seed=2)
    assert not np.array_equal(first.model.get_weights()[0], other.model.get_weights()[0])


def test_the_weights_of_the_best_epoch_are_kept_and_patience_ends_the_fit() -> None:
    import keras

    # Validation labels contradict training, so that every further epoch is worse.
    train, validation = separable(), separable()
    contrary = LabelledRadiographs(validation.images, 1 - validation.labels)
    fitting = FittingOptions(epochs=9, batch_size=8, patience=2)
    result = fitted(options("mlp"), fitting, train=train, validation=contrary)
    assert len(result.history) == result.best_epoch + 2 < 9
    scores = np.asarray(result.model(contrary.images, training=False))
    loss = keras.losses.BinaryCrossentropy()(contrary.labels[:, None].astype("float32"), scores)
    best = result.history["validation_loss"].min()
    np.testing.assert_allclose(float(loss), best, rtol=1e-4)


def test_a_frozen_phase_leaves_the_backbone_and_fine_tuning_moves_its_top(tmp_path) -> None:
    path = tmp_path / "backbone.weights.h5"
    donor = registry.build(options("mobilenetv2"), SHAPE, seed=1).get_layer("backbone")
    # Under fixed statistics the signal fades through small random kernels: enlarge them.
    donor.set_weights([w * 3 if w.ndim == 4 else w for w in donor.get_weights()])
    donor.save_weights(path)
    chosen = options("mobilenetv2", weights=str(path), trainable_share=0.05)
    seen = {}
    prepare_backend(1)
    model = registry.build(chosen, SHAPE, seed=1)

    def remember(row) -> None:
        seen[row.phase] = model.get_layer("backbone").get_weights()

    fitting = FittingOptions(epochs=1, frozen_epochs=1, batch_size=8)
    data = separable()
    result = fit(model, chosen, data, data, data, fitting, NO_CHANGE, seed=1, report=remember)
    assert result.history["phase"].tolist() == ["frozen", "training"]
    frozen, tuned = (
        [np.array_equal(a, b) for a, b in zip(donor.get_weights(), seen[phase], strict=True)]
        for phase in ("frozen", "training")
    )
    assert all(frozen)
    assert all(tuned[:-20])
    assert not all(tuned[-20:])
    statistics = [w for w in donor.weights if "moving" in w.path]
    kept = [w for w in result.model.get_layer("backbone").weights if "moving" in w.path]
    for before, after in zip(statistics, kept, strict=True):
        np.testing.assert_array_equal(before.numpy(), after.numpy())


def test_a_frozen_phase_without_pretrained_weights_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected frozen_epochs 0 for cnn.*received 2"):
        fitted(options("cnn"), FittingOptions(epochs=1, frozen_epochs=2))


def test_a_loss_that_is_no_number_stops_at_once_and_says_where() -> None:
    train = separable()
    weights = np.ones(len(train.labels))
    weights[3] = np.nan
    broken = LabelledRadiographs(train.images, train.labels, weights)
    with pytest.raises(FloatingPointError, match=r"mlp: .*nan in epoch 1 at learning rate 0\.02"):
        fitted(options("mlp"), FittingOptions(epochs=2, learning_rate=0.02), train=broken)


def test_a_line_an_epoch_says_how_long_it_still_takes(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="pneumoscope.models.epochs"):
        fitted(options("mlp"), FittingOptions(epochs=2))
    assert [line.split(",")[0] for line in caplog.messages if "epoch" in line] == [
        "mlp: epoch 1/2 (training)",
        "mlp: epoch 2/2 (training)",
    ]
    assert caplog.messages[-1].endswith("about 0 s left")
