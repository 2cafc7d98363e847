import numpy as np
import pytest

from pneumoscope.inference.maps import (
    MOVES,
    SPOKE,
    DecisionMaps,
    decision_maps,
    joined,
    maps_of_export,
)
from pneumoscope.inference.scored import ScoredFilms
from pneumoscope.models.architectures.registry import build
from pneumoscope.options import ExplanationOptions, ModelOptions

OPTIONS = ExplanationOptions.model_validate({"smooth_grad": {"copies": 2}})


def model(architecture: str, **options):
    chosen = ModelOptions.model_validate({"architecture": architecture, **options})
    return build(chosen, (32, 32, 1), 1, "float32")


@pytest.fixture(scope="module")
def films() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, 32, 32, 1), dtype=np.uint8)


@pytest.fixture(scope="module")
def both():
    return {"mlp": model("mlp", units=[4]), "cnn": model("cnn", filters=[4], units=4)}


POSITIVE = np.array([True, False, True])


def test_each_map_reaches_from_0_to_1_at_the_size_of_the_films(both, films):
    found = decision_maps({"mlp": both["mlp"]}, films, POSITIVE, OPTIONS, 1)
    assert found.films.shape == found.maps.shape == (3, 32, 32)
    assert found.maps.max(axis=(1, 2)).tolist() == [1.0, 1.0, 1.0]
    assert found.maps.min() >= 0
    assert (found.method, found.meaning) == ("SmoothGrad of mlp", MOVES)
    assert decision_maps({"cnn": both["cnn"]}, films, POSITIVE, OPTIONS, 1).meaning == SPOKE


def test_an_ensemble_has_the_mean_of_its_members_maps(both, films):
    one, other = (decision_maps({n: m}, films, POSITIVE, OPTIONS, 1) for n, m in both.items())
    together = decision_maps(both, films, POSITIVE, OPTIONS, 1)
    assert together.method == f"{one.method}, {other.method}"
    mean = (one.maps + other.maps) / 2
    np.testing.assert_allclose(together.maps, mean / mean.max(axis=(1, 2), keepdims=True), 1e-5)


def test_without_films_there_is_nothing_to_map(both):
    found = decision_maps(both, np.zeros((0, 32, 32, 1), np.uint8), POSITIVE[:0], OPTIONS, 1)
    assert found.films.shape == (0, 32, 32)
    assert found.maps is None


def test_a_model_that_cannot_be_explained_is_told_and_its_films_are_shown(films):
    import keras

    from pneumoscope.models.architectures.interface import radiograph_input, score_output

    inputs = radiograph_input((32, 32, 1))
    maps = keras.layers.Conv2D(2, 3, name="maps")(inputs)
    ways = [keras.layers.Flatten()(maps), keras.layers.Flatten()(keras.layers.ReLU()(inputs))]
    forked = keras.Model(inputs, score_output(keras.layers.Concatenate()(ways)))
    found = decision_maps({"forked": forked}, films, POSITIVE, OPTIONS, 1)
    assert found.maps is None
    assert found.method.startswith("forked cannot be explained: ")
    assert len(found.films) == 3


def test_the_map_of_an_export_is_what_speaks_for_its_decision_and_nothing_else():
    given = np.array([[[2.0, -1.0], [0.0, -4.0]]] * 2, np.float32)
    images = np.zeros((2, 4, 4, 1), np.uint8)
    scored = ScoredFilms(np.array([0.9, 0.1], np.float32), images, np.zeros((2, 1)), given)
    found = maps_of_export("net", scored, np.array([True, False]))
    assert (found.method, found.meaning) == ("Grad-CAM of net", SPOKE)
    corners = found.maps[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    np.testing.assert_allclose(corners, [[1, 0, 0, 0], [0, 0.25, 0, 1]], atol=1e-6)


def test_a_map_on_which_nothing_speaks_is_none_and_says_so():
    maps = np.stack([np.zeros((2, 2), np.float32), np.eye(2, dtype=np.float32)])
    made = DecisionMaps(np.zeros((2, 2, 2), np.uint8), maps, "Grad-CAM of net", SPOKE)
    assert made.of(0) == (
        None,
        "none: no place of the film shows what spoke for the decision (Grad-CAM of net)",
    )
    shown, method = made.of(1)
    np.testing.assert_array_equal(shown, np.eye(2))
    assert method == "Grad-CAM of net"
    assert DecisionMaps(made.films, None, "none: why").of(0) == (None, "none: why")


def test_maps_of_batches_are_put_together():
    one = DecisionMaps(np.ones((2, 3, 3), np.uint8), np.ones((2, 3, 3), np.float32), "m", "s")
    both = joined([one, one])
    assert (both.films.shape, both.maps.shape, both.method) == ((4, 3, 3), (4, 3, 3), "m")
    assert joined([]).maps is None
