"""Trained models as graphs: equal scores and maps, for every architecture of the registry."""

from typing import Any

import keras
import numpy as np
import pytest

from pneumoscope.errors import InputError
from pneumoscope.exchange.core import core_graph
from pneumoscope.exchange.graph import average
from pneumoscope.models.architectures.registry import ARCHITECTURES
from pneumoscope.models.explain.attribution import class_activation_map
from pneumoscope.models.explain.feature_maps import cut_at_last_maps
from pneumoscope.models.scoring import describe_batch

pytest.importorskip("tf2onnx", reason="needs the extra `export`")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra `export`")

BACKBONES = [name for name, entry in ARCHITECTURES.items() if entry.backbone]


def computed(graph: Any, images: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    given = {"radiograph": images.astype(np.float32)}
    return dict(zip(names, session.run(names, given), strict=True))


def check_equal(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    found = computed(core_graph(model), images)
    expected = np.asarray(model(images, training=False))
    _, features = describe_batch(model, images)
    np.testing.assert_allclose(found["features"], features, atol=1e-5 * max(1.0, features.max()))
    assert found["score"].shape == expected.shape
    np.testing.assert_allclose(found["score"], expected, atol=1e-5)
    return found


@pytest.mark.parametrize("side", [None, 24, 50])
@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_scores_are_equal_and_a_head_that_does_not_pool_has_no_map(
    evaluated, small, architecture, side
):
    model = small(architecture, 3, side=side)
    films = evaluated({"one": model})
    before = [layer.name for layer in model.layers], np.array(films.scores)
    assert np.ptp(films.scores) > 0.01
    assert set(check_equal(model, films.images)) == {"score", "features"}
    # The model given is left as it was: it still has one place in one graph.
    assert cut_at_last_maps(model) is None or architecture == "cnn"
    again = np.asarray(model(films.images, training=False))[:, 0]
    np.testing.assert_array_equal(again, before[1])
    assert [layer.name for layer in model.layers] == before[0]


@pytest.mark.slow
# Converting one takes from ten seconds to a minute; one of them shows that a side changes nothing.
@pytest.mark.parametrize(
    ("architecture", "side"), [*((name, None) for name in BACKBONES), ("mobilenetv2", 48)]
)
def test_every_backbone_gives_equal_scores_and_grad_cams_map(evaluated, small, architecture, side):
    model = small(architecture, 3, side=side)
    images = evaluated({"one": model}).images
    found = check_equal(model, images)
    for sign in (1, -1):
        towards = np.full(len(images), sign)
        cut = cut_at_last_maps(model)
        expected = class_activation_map(cut, images.astype(np.float32), towards, by_place=False)
        given = np.maximum(sign * found["class_activation_map"], 0)
        np.testing.assert_allclose(given, expected, atol=1e-4 * max(1.0, expected.max()))


def test_one_film_or_many(evaluated, small):
    model = small("cnn", 3)
    films, graph = evaluated({"one": model}), core_graph(model)
    for count in (1, 2, 7):
        given = computed(graph, films.images[:count])["score"][:, 0]
        np.testing.assert_allclose(given, films.scores[:count], atol=1e-6)


def test_an_ensemble_is_one_graph_that_gives_the_mean(evaluated, small):
    models = {"a": small("mlp", 1), "b": small("cnn", 2), "c": small("cnn", 3, side=24)}
    films = evaluated(models)
    cores = [core_graph(model) for model in models.values()]
    found = computed(average(cores), films.images)
    np.testing.assert_allclose(found["score"][:, 0], films.scores, atol=1e-6)
    assert set(found) == {"score", "features"}
    each = [describe_batch(model, films.images)[1] for model in models.values()]
    np.testing.assert_allclose(found["features"], np.concatenate(each, axis=1), atol=1e-5)
    alone = computed(cores[0], films.images)["score"][:, 0]
    assert np.abs(alone - films.scores).max() > 0.01


def test_equal_models_give_equal_bytes_whatever_was_converted_before(small):
    first = core_graph(small("cnn", 3)).SerializeToString(deterministic=True)
    core_graph(small("mlp", 1))
    assert core_graph(small("cnn", 3)).SerializeToString(deterministic=True) == first
    assert core_graph(small("cnn", 4)).SerializeToString(deterministic=True) != first


def test_a_model_in_bfloat16_is_refused_with_what_to_do(small):
    model = small("cnn", 3, precision="mixed_bfloat16")
    with pytest.raises(InputError, match=r"received one that computes in bfloat16.*precision=f"):
        core_graph(model)


def test_another_backend_is_refused(small, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(InputError, match=r"received Keras on jax\. Leave KERAS_BACKEND unset"):
        core_graph(small("mlp", 1))
