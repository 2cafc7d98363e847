"""The contract that every architecture keeps, and the registry that finds them."""

import subprocess
import sys

import numpy as np
import pytest
from pydantic import ValidationError

from pneumoscope.datasets.keras_model import KerasModelDataset
from pneumoscope.models.architectures import registry
from pneumoscope.options import ModelOptions

SHAPE = (32, 32, 1)
ARCHITECTURES, SIDED = (
    [
        pytest.param(key, marks=() if key in light else pytest.mark.slow)
        for key in registry.ARCHITECTURES
    ]
    for light in (("mlp", "cnn", "mobilenetv2"), ("mlp", "cnn"))
)


def options(architecture: str, **changes: object) -> ModelOptions:
    return ModelOptions.model_validate({"architecture": architecture, **changes})


def radiographs(count: int = 4, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (count, *shape)).astype(np.uint8)


def scores(model: object, images: np.ndarray) -> np.ndarray:
    return np.asarray(model(images, training=False))  # type: ignore[operator]


def test_the_registry_loads_no_keras() -> None:
    code = (
        "import sys, pneumoscope.models.architectures.registry, "
        "pneumoscope.models.architectures.weights, pneumoscope.datasets.keras_model; "
        "print([name for name in ('keras', 'tensorflow') if name in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_model_gives_scores_and_survives_saving(architecture: str, tmp_path) -> None:
    model = registry.build(options(architecture), SHAPE, seed=3)
    before = scores(model, radiographs())
    assert before.shape == (4, 1)
    assert before.dtype == np.float32
    assert ((before >= 0) & (before <= 1)).all()
    assert model.name == architecture
    assert model.layers[-1].name == "score"

    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(model)
    np.testing.assert_array_equal(scores(dataset.load(), radiographs()), before)


@pytest.mark.parametrize("architecture", SIDED)
def test_a_model_with_a_side_takes_stored_radiographs_and_resizes_them_itself(
    architecture: str, tmp_path
) -> None:
    stored = (48, 40, 1)
    model = registry.build(options(architecture, side=32), stored, seed=3)
    assert model.input_shape == (None, *stored)
    assert model.get_layer("resizing").output.shape == (None, 32, 32, 1)
    before = scores(model, radiographs(shape=stored))
    assert before.shape == (4, 1)

    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(model)
    again = scores(dataset.load(), radiographs(shape=stored))
    np.testing.assert_array_equal(again, before)


def test_a_side_shows_what_the_preprocessing_would_have_stored() -> None:
    import keras

    from pneumoscope.models.architectures.interface import radiograph_input, resize
    from pneumoscope.naming import Fit
    from pneumoscope.radiographs.transforms import resize as preprocessed

    stored = radiographs(shape=(48, 40, 1))
    radiograph = radiograph_input((48, 40, 1))
    resized = scores(keras.Model(radiograph, resize(radiograph, 32)), stored)
    for image, wanted in zip(resized, stored, strict=True):
        expected = preprocessed(wanted[..., 0], (32, 32), Fit.SQUASH)
        # Pillow rounds to whole grey levels after each of its two passes.
        np.testing.assert_allclose(image[..., 0], expected, atol=1.1)


@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_equal_seeds_give_equal_weights_and_other_seeds_do_not(architecture: str) -> None:
    first, again, other = (
        registry.build(options(architecture), SHAPE, seed=seed).get_weights() for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_regularisers_are_switches_of_the_cnn() -> None:
    plain = registry.build(options("cnn"), SHAPE, seed=0)
    regular = registry.build(options("cnn", dropout=0.5, l2=0.01, batch_norm=True), SHAPE, seed=0)
    added = {layer.name for layer in regular.layers} - {layer.name for layer in plain.layers}
    norms = {f"conv_{index}_norm" for index in (1, 2, 3, 4)} | {"dense_norm"}
    assert added == {"dropout"} | norms
    assert plain.losses == []
    # Four convolutions, one dense layer and the score.
    assert len(regular.losses) == 6


def test_a_score_stays_float32_under_mixed_precision_and_the_policy_is_put_back() -> None:
    import keras

    model = registry.build(options("mlp"), SHAPE, seed=0, precision="mixed_bfloat16")
    assert model.get_layer("dense_1").compute_dtype == "bfloat16"
    assert scores(model, radiographs()).dtype == np.float32
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize(
    ("architecture", "black", "white"),
    [
        ("vgg16", [-103.939, -116.779, -123.68], [151.061, 138.221, 131.32]),
        ("mobilenetv2", [-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]),
        ("densenet121", [-2.1179, -2.0357, -1.8044], [2.2489, 2.4286, 2.6400]),
    ],
)
def test_pretrained_backbones_get_their_own_scale(
    architecture: str, black: list[float], white: list[float]
) -> None:
    from keras import Model

    from pneumoscope.models.architectures.backbones import as_backbone_input
    from pneumoscope.models.architectures.interface import radiograph_input

    pretrained = options(architecture, weights="imagenet").root
    radiograph = radiograph_input(SHAPE)
    rescale = Model(radiograph, as_backbone_input(radiograph, pretrained))
    extremes = np.stack([np.zeros(SHAPE), np.full(SHAPE, 255)])
    np.testing.assert_allclose(scores(rescale, extremes)[:, 0, 0], [black, white], atol=1e-4)


def test_radiographs_that_are_too_small_or_coloured_are_refused() -> None:
    with pytest.raises(ValueError, match=r"at least 32 x 32 for mobilenetv2, received 16 x 64"):
        registry.build(options("mobilenetv2"), (16, 64, 1), seed=0)
    with pytest.raises(ValueError, match=r"received 16 x 16. .* or `side` of the model"):
        registry.build(options("mobilenetv2", side=16), SHAPE, seed=0)
    with pytest.raises(ValueError, match=r"\(height, width, 1\).*received \(32, 32, 3\)"):
        registry.build(options("mlp"), (32, 32, 3), seed=0)


def test_frozen_random_layers_are_refused() -> None:
    with pytest.raises(ValidationError, match="needs `weights`"):
        options("mobilenetv2", trainable_share=0.5)
