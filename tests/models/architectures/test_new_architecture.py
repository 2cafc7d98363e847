"""An architecture of someone else's package is one entry: configured, trained, put on record."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from pneumoscope.datasets.checkpoint import CheckpointFolder
from pneumoscope.errors import InputError
from pneumoscope.models.architectures import registry
from pneumoscope.models.architectures.entry import Architecture, Backbone, PublishedWeights
from pneumoscope.models.architectures.weights import describe_weights
from pneumoscope.models.records import PrecisionChoice
from pneumoscope.options import BackboneOptions, ModelOptions, Recipe
from pneumoscope.pipelines.training import nodes

OPTIONS = """
from pneumoscope.options import ArchitectureOptions

class WideOptions(ArchitectureOptions):
    channels: int = 2
"""
BUILD = """
import keras
from keras import layers
from pneumoscope.models.architectures.interface import radiograph_input, score_output

def build(options, input_shape, seed):
    film = radiograph_input(input_shape)
    maps = layers.Conv2D(options.channels, 3, name="wide")(film)
    pooled = layers.GlobalAveragePooling2D(name="pooling")(maps)
    return keras.Model(film, score_output(pooled), name=options.architecture)

def feature_maps(input_shape, include_top, weights, channels):
    picture = keras.Input(input_shape)
    return keras.Model(picture, layers.Conv2D(channels, 3, name="maps")(picture))
"""
SHAPE = (32, 32, 1)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a package that the project knows nothing of."""
    name = f"nets_{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:8]}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text(OPTIONS)
    (tmp_path / name / "wide.py").write_text(BUILD)
    monkeypatch.syspath_prepend(tmp_path)
    return name


@pytest.fixture
def wide(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options = __import__(package).WideOptions
    entry = Architecture(f"{package}.wide:build", options)
    monkeypatch.setitem(registry.ARCHITECTURES, "wide", entry)


def recipe(**model: object) -> Recipe:
    fitting = {"epochs": 1, "batch_size": 4}
    return Recipe.model_validate({"model": model, "augmentation": {}, "fitting": fitting})


@pytest.mark.usefixtures("wide")
def test_an_entry_is_configured_and_trained(tmp_path: Path) -> None:
    films = np.random.default_rng(0).integers(0, 256, (8, *SHAPE)).astype(np.uint8)
    labels = ["NORMAL", "PNEUMONIA"] * 4
    rows = pd.DataFrame({"radiograph_id": range(8), "label": labels, "sample_weight": 1.0})
    model, history = nodes.model_trainer("wide")(
        films, rows, films, rows, films, rows, rows.assign(hard=False),
        weights_available=nodes.check_weights(recipe(architecture="wide")),
        precision=PrecisionChoice("float32", "made up"),
        checkpoint=CheckpointFolder(tmp_path / "checkpoint"),
        recipe=recipe(architecture="wide", channels=3), seed=1,
    )  # fmt: skip
    assert model.name == "wide"
    assert model.get_layer("wide").filters == 3
    assert len(history) == 1


@pytest.mark.usefixtures("wide")
def test_its_options_are_checked_and_kept_on_record() -> None:
    chosen = recipe(architecture="wide", channels=3)
    assert chosen.model_dump(mode="json")["model"] == {
        "architecture": "wide", "side": None, "channels": 3,
    }  # fmt: skip
    assert describe_weights(chosen.model).source == "random"
    with pytest.raises((ValidationError, InputError), match="chanels"):
        recipe(architecture="wide", chanels=3)


def test_without_its_entry_it_is_unknown_and_the_nearest_is_named() -> None:
    with pytest.raises(ValidationError, match=r"received 'mobilnetv2'\. Did you mean 'mobilenetv2"):
        ModelOptions.model_validate({"architecture": "mobilnetv2"})


def test_a_further_backbone_is_an_entry_alone(package: str, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    weights = PublishedWeights("https://example.org/maps.h5", None, "MIT (its authors)")
    rescaling = replace(registry.SYMMETRIC, offset=(7.0, 8.0, 9.0))
    maps = Backbone(f"{package}.wide:feature_maps", rescaling, weights, {"channels": 5})
    entry = Architecture(f"{registry.__package__}.backbones:build", BackboneOptions, maps)
    monkeypatch.setitem(registry.ARCHITECTURES, "maps", entry)

    scratch = registry.build(recipe(architecture="maps").model, SHAPE, 1)
    assert scratch.get_layer("backbone").output.shape == (None, 30, 30, 5)
    assert list(scratch.get_layer("rescaling").offset) == [-1.0] * 3
    weights.cached.parent.mkdir()
    scratch.get_layer("backbone").save_weights(tmp_path / "maps.weights.h5")
    (tmp_path / "maps.weights.h5").rename(weights.cached)
    published = describe_weights(recipe(architecture="maps", weights="imagenet").model)
    assert published.licence == "MIT (its authors)"
    file = str(weights.cached.rename(tmp_path / "maps.weights.h5"))
    pretrained = registry.build(recipe(architecture="maps", weights=file).model, SHAPE, 2)
    assert list(pretrained.get_layer("rescaling").offset) == [7.0, 8.0, 9.0]
    for one, other in zip(
        scratch.get_layer("backbone").weights, pretrained.get_layer("backbone").weights, strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_licences_are_those_of_the_authors() -> None:
    licences = {
        name: entry.backbone.weights.licence.split(" (")[0]
        for name, entry in registry.ARCHITECTURES.items()
        if entry.backbone
    }
    assert licences == {
        "vgg16": "CC BY 4.0",
        "resnet50v2": "BSD 3-Clause",
        "mobilenetv2": "Apache 2.0",
        "densenet121": "BSD 3-Clause",
        "efficientnetv2b0": "Apache 2.0",
    }
