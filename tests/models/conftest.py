"""What tests of training share: easy radiographs, one fit, a backbone built in no time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from pneumoscope.models.architectures import registry
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.models.training.fit import FitResult, fit
from pneumoscope.options import AugmentationOptions, FittingOptions, ModelOptions, Recipe

SHAPE = (32, 32, 1)
NO_CHANGE = AugmentationOptions()


@pytest.fixture(scope="session")
def separable() -> Callable[..., LabelledRadiographs]:
    """Give `separable(count, seed)`: noise, in which the upper half of PNEUMONIA is brighter."""

    def separable(count: int = 16, seed: int = 0) -> LabelledRadiographs:
        random = np.random.default_rng(seed)
        labels = np.arange(count) % 2
        images = random.integers(0, 120, (count, *SHAPE))
        images[:, :16] += 100 * labels[:, None, None, None]
        return LabelledRadiographs(images.astype(np.uint8), labels)

    return separable


@pytest.fixture(scope="session")
def fitted(separable) -> Callable[..., FitResult]:
    """Give `fitted(options, fitting, augmentation, seed, …)` as in a run; parts and arguments
    of `fit` by name."""

    def fitted(
        options: ModelOptions,
        fitting: FittingOptions,
        augmentation: AugmentationOptions = NO_CHANGE,
        seed: int = 1,
        **named: object,
    ) -> FitResult:
        prepare_backend(seed)
        model = registry.build(options, SHAPE, seed)
        recipe = Recipe(model=options, augmentation=augmentation, fitting=fitting)
        names = ("train", "validation", "stressed")
        parts = {name: named.pop(name, separable(seed=n)) for n, name in enumerate(names)}
        parts["hard"] = named.pop("hard", None)
        return fit(model, recipe, TrainingData(**parts), seed, **named)

    return fitted


def _small_backbone(input_shape: tuple[int, int, int], **_: object) -> keras.Model:
    picture = keras.Input(input_shape, name="picture")
    x = layers.Conv2D(4, 3, strides=4, use_bias=False, name="low")(picture)
    x = layers.BatchNormalization(name="low_norm")(x)
    x = layers.ReLU(name="low_relu")(x)
    x = layers.Conv2D(6, 3, strides=2, name="high")(x)
    return keras.Model(picture, layers.ReLU(name="high_relu")(x))


@pytest.fixture
def small_backbone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., ModelOptions]:
    """Let mobilenetv2 mean six layers; give `small_backbone(**changes)`: pretrained options."""
    entry = registry.ARCHITECTURES["mobilenetv2"]
    small = replace(entry, backbone=replace(entry.backbone, build=_small_backbone))
    monkeypatch.setitem(registry.ARCHITECTURES, "mobilenetv2", small)
    scratch = ModelOptions.model_validate({"architecture": "mobilenetv2"})
    file = tmp_path / "pretrained.weights.h5"
    registry.build(scratch, SHAPE, seed=9).get_layer("backbone").save_weights(file)

    def small_backbone(**changes: object) -> ModelOptions:
        block = {"architecture": "mobilenetv2", "weights": str(file), "dropout": 0.3}
        return ModelOptions.model_validate(block | changes)

    return small_backbone
