import numpy as np
import pytest

from pneumoscope.inference.films import PreprocessedFilms
from pneumoscope.inference.maps import MOVES, SPOKE, decision_maps
from pneumoscope.models.architectures.registry import build
from pneumoscope.options import ExplanationOptions, ModelOptions, PreprocessingOptions

SIZE = PreprocessingOptions.model_validate({"size": [32, 32], "fit": "squash"})
OPTIONS = ExplanationOptions.model_validate({"smooth_grad": {"copies": 2}})


def model(architecture: str, **options):
    chosen = ModelOptions.model_validate({"architecture": architecture, **options})
    return build(chosen, (32, 32, 1), 1, "float32")


@pytest.fixture(scope="module")
def films() -> PreprocessedFilms:
    rng = np.random.default_rng(0)
    decoded = {f"{n}.png": rng.integers(0, 256, (40, 50), dtype=np.uint8) for n in range(3)}
    return PreprocessedFilms(decoded, list(decoded), SIZE)


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
    found = decision_maps(both, PreprocessedFilms({}, [], SIZE), POSITIVE[:0], OPTIONS, 1)
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
