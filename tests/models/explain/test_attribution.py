"""Attribution against finite differences and by hand, for every architecture."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pneumoscope.models.architectures import registry
from pneumoscope.options import ExplanationOptions, ModelOptions, SmoothGradOptions

SHAPE = (32, 32, 1)
LIGHT = ("mlp", "cnn")
OPTIONS = ExplanationOptions(smooth_grad=SmoothGradOptions(copies=3), batch_size=2)
ARCHITECTURES = [
    pytest.param(key, marks=() if key in LIGHT else pytest.mark.slow)
    for key in registry.ARCHITECTURES
]


def build(architecture: str, precision: str = "float32", **changes):
    options = ModelOptions.model_validate({"architecture": architecture, **changes})
    return registry.build(options, SHAPE, seed=3, precision=precision)


def radiographs(count: int = 3) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (count, *SHAPE)).astype(np.uint8)


def logit_of_score(model, images: np.ndarray) -> np.ndarray:
    score = np.asarray(model(images, training=False))[:, 0].astype(float)
    return np.log(score / (1 - score))


def tiny(flattens: bool):
    """Two channels, x and 2x of positive grey values, read by a head without hidden units."""
    from keras import Input, Model, layers

    radiograph = Input((4, 4, 1))
    maps = layers.Conv2D(2, 1, use_bias=False, activation="relu", name="maps")(radiograph)
    head = layers.Flatten() if flattens else layers.GlobalAveragePooling2D()
    score = layers.Dense(1, activation="sigmoid", name="score", kernel_initializer="normal")
    model = Model(radiograph, score(head(maps)))
    model.get_layer("maps").set_weights([np.array([[[[1.0, 2.0]]]])])
    return model


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_is_explained_and_left_as_it_was(architecture, precision):
    from pneumoscope.models.explain.attribution import attribute, enlarge

    model = build(architecture, precision)
    nodes = [len(layer._inbound_nodes) for layer in model.layers]
    before = model.get_weights()
    maps = attribute(model, radiographs(), np.array([1, -1, 1]), OPTIONS, seed=0)
    assert maps.dtype == np.float32
    assert len(maps) == 3
    assert np.isfinite(maps).all()
    assert (maps >= 0).all()
    assert maps.max() > 0
    assert enlarge(maps, SHAPE[:2]).shape == (3, 32, 32)
    assert [len(layer._inbound_nodes) for layer in model.layers] == nodes
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_two_parts_of_a_cut_model_are_the_model(architecture):
    from pneumoscope.models.explain.feature_maps import cut_at_last_maps, logits

    model, images = build(architecture), radiographs().astype(np.float32)
    cut = cut_at_last_maps(model)
    found = logits(model)(images) if cut is None else cut.above(cut.below(images))
    assert (cut is None) == (architecture == "mlp")
    np.testing.assert_allclose(found, logit_of_score(model, images), atol=2e-5)


@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_a_layer_that_resizes_inside_the_model_changes_nothing_for_the_maps(architecture):
    from pneumoscope.models.explain.attribution import attribute

    model = build(architecture, side=16)
    maps = attribute(model, radiographs(), np.array([1, 1, 1]), OPTIONS, seed=0)
    # Four blocks halve the side between them three times; pixels stay pixels.
    assert maps.shape[1:] == ((32, 32) if architecture == "mlp" else (2, 2))


def test_gradients_agree_with_finite_differences_on_the_feature_maps():
    from pneumoscope.models.explain.feature_maps import cut_at_last_maps
    from pneumoscope.models.explain.gradients import gradient

    cut = cut_at_last_maps(build("cnn", filters=[3, 4], units=5))
    maps = np.asarray(cut.below(radiographs(2).astype(np.float32)))
    # A pooled window of zeros alone has one slope upwards and none downwards.
    maps = maps + np.random.default_rng(5).random(maps.shape, np.float32)
    found = gradient(cut.above, maps)
    strongest = np.abs(found[0]).ravel().argsort()[::-1][:40:8]
    for place in map(tuple, np.transpose(np.unravel_index(strongest, found.shape[1:]))):
        step = np.zeros_like(maps)
        step[(0, *place)] = 1e-3
        difference = np.asarray(cut.above(maps + step)) - np.asarray(cut.above(maps - step))
        assert difference[0] / 2e-3 == pytest.approx(found[(0, *place)], rel=0.02, abs=1e-4)
        assert difference[1] == 0


def test_smooth_grad_agrees_with_finite_differences_on_the_pixels():
    from pneumoscope.models.explain.attribution import smooth_grad
    from pneumoscope.models.explain.feature_maps import logits

    model, images = build("mlp", units=[6]), radiographs(1).astype(np.float32)
    found = smooth_grad(model, images, SmoothGradOptions(copies=1, noise=1e-6), [0])
    row, column = np.unravel_index(found[0].argmax(), found.shape[1:])
    step = np.zeros_like(images)
    step[0, row, column] = 0.5
    up, down = (np.asarray(logits(model)(images + sign * step)) for sign in (1, -1))
    assert found.max() == pytest.approx(abs(up - down)[0], rel=0.02)


def test_smooth_grad_gives_equal_noise_to_equal_seeds_alone():
    from pneumoscope.models.explain.attribution import smooth_grad

    model, images = build("mlp", units=[6]), radiographs(1).astype(np.float32)
    first, again, other = (
        smooth_grad(model, images, OPTIONS.smooth_grad, [seed]) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_grad_cam_weighs_channels_by_their_mean_gradient():
    from pneumoscope.models.explain.attribution import class_activation_map
    from pneumoscope.models.explain.feature_maps import cut_at_last_maps

    model = tiny(flattens=False)
    model.get_layer("score").set_weights([np.array([[3.0], [-1.0]]), np.array([0.5])])
    grey = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    cut = cut_at_last_maps(model)
    # Channels x and 2x with weights 3/16 and -1/16: x/16 for PNEUMONIA, nothing for NORMAL.
    both = class_activation_map(cut, np.repeat(grey, 2, 0), np.array([1, -1]), by_place=False)
    np.testing.assert_allclose(both[0], grey[0, ..., 0] / 16, rtol=1e-6)
    np.testing.assert_array_equal(both[1], 0)
    same = class_activation_map(cut, grey, np.array([1]), by_place=True)
    np.testing.assert_allclose(same, both[:1], rtol=1e-6)


def test_under_a_head_that_flattens_each_place_counts_by_its_own_weight():
    from pneumoscope.models.explain.attribution import class_activation_map, method_of
    from pneumoscope.models.explain.feature_maps import cut_at_last_maps

    model = tiny(flattens=True)
    grey = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    spoken = [
        class_activation_map(cut_at_last_maps(model), grey, np.array([side]), by_place=True).sum()
        for side in (1, -1)
    ]
    # Without biases and hidden units, what spoke for and against adds up to the logit.
    assert spoken[0] - spoken[1] == pytest.approx(logit_of_score(model, grey)[0], rel=1e-4)
    assert method_of(model, OPTIONS) == {"method": "HiResCAM", "layer": "maps"}
    literal = OPTIONS.model_copy(update={"cam": "grad_cam"})
    assert method_of(model, literal)["method"] == "Grad-CAM"
    assert method_of(tiny(flattens=False), OPTIONS)["method"] == "Grad-CAM"
    assert method_of(build("mlp"), OPTIONS) == {"method": "SmoothGrad", "layer": None}


def test_the_literal_grad_cam_averages_what_a_head_that_flattens_tells_apart():
    from pneumoscope.models.explain.attribution import class_activation_map
    from pneumoscope.models.explain.feature_maps import cut_at_last_maps

    model = tiny(flattens=True)
    kernel = np.zeros((16, 2))
    # Only the last place counts, with 8 for channel x: a mean of 1/2 over 16 places.
    kernel[-1, 0] = 8
    model.get_layer("score").set_weights([kernel.reshape(32, 1), np.zeros(1)])
    grey = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    cut = cut_at_last_maps(model)
    averaged, exact = (
        class_activation_map(cut, grey, np.array([1]), by_place)[0] for by_place in (False, True)
    )
    np.testing.assert_allclose(averaged, grey[0, ..., 0] / 2, rtol=1e-6)
    np.testing.assert_allclose(exact.ravel(), [0] * 15 + [8 * 15], rtol=1e-6)


def test_an_untrained_copy_has_other_weights_and_equal_seeds_give_equal_ones():
    from pneumoscope.models.explain.attribution import untrained

    model = build("cnn")
    first, again, other = (untrained(model, seed).get_weights()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, model.get_weights()[0])


def test_a_model_that_ends_in_something_else_or_branches_is_refused():
    from keras import Input, Model, layers

    from pneumoscope.models.explain.feature_maps import cut_at_last_maps, logits

    radiograph = Input((4, 4, 1))
    maps = layers.Conv2D(2, 1, name="maps")(radiograph)
    linear = Model(radiograph, layers.Dense(1, name="end")(layers.Flatten()(maps)))
    with pytest.raises(ValueError, match=r"dense layer with a sigmoid, received 'end' \(Dense\)"):
        logits(linear)(np.zeros((1, 4, 4, 1), dtype=np.float32))
    pooled = layers.GlobalAveragePooling2D(name="mean")(maps)
    joined = layers.Concatenate(name="join")([pooled, layers.GlobalMaxPooling2D(name="max")(maps)])
    branched = Model(radiograph, layers.Dense(1, activation="sigmoid", name="score")(joined))
    with pytest.raises(ValueError, match=r"in one line, received '(mean|max|join)'"):
        cut_at_last_maps(branched)


def test_a_head_that_branches_above_a_backbone_is_refused():
    from keras import Input, Model, layers

    from pneumoscope.models.explain.feature_maps import cut_at_last_maps

    radiograph, inner = Input((4, 4, 1)), Input((4, 4, 1))
    backbone = Model(inner, layers.Conv2D(2, 1)(inner), name="backbone")
    maps = backbone(layers.Rescaling(1.0)(radiograph))
    both = [layers.GlobalAveragePooling2D()(maps), layers.GlobalMaxPooling2D()(maps)]
    score = layers.Dense(1, activation="sigmoid", name="score")(layers.Concatenate()(both))
    with pytest.raises(ValueError, match=r"expected the layers above .* in one line"):
        cut_at_last_maps(Model(radiograph, score))


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jax") is None, reason="needs the extra `jax`")
@pytest.mark.parametrize(
    "test", ["gradients_agree", "smooth_grad_agrees", "grad_cam_weighs", "each_place_counts"]
)
def test_jax_gives_the_same(test):
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", test],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert "1 passed" in ran.stdout
