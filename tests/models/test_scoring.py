import gc
import weakref

import keras
import numpy as np
import pytest

from pneumoscope.errors import InputError
from pneumoscope.models.architectures.interface import radiograph_input, score_output
from pneumoscope.models.scoring import score, score_and_describe


@pytest.fixture(scope="module")
def left_minded() -> keras.Model:
    """A model that looks at the left half of a film alone."""
    inputs = radiograph_input((2, 4, 1))
    model = keras.Model(inputs, score_output(keras.layers.Flatten(name="flat")(inputs)))
    kernel = np.zeros((8, 1), dtype=np.float32)
    kernel[[0, 1, 4, 5]] = 0.01
    model.get_layer("score").set_weights([kernel, np.zeros(1, dtype=np.float32)])
    return model


@pytest.fixture(scope="module")
def films() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 2, 4, 1), dtype=np.uint8)


def test_scores_do_not_depend_on_the_batch_size(left_minded, films):
    whole = score(left_minded, films, 5, "scoring")
    assert whole.dtype == np.float32
    assert score(left_minded, films, 2, "scoring") == pytest.approx(whole, abs=1e-6)
    expected = 1 / (1 + np.exp(-0.01 * films[:, :, :2].sum(axis=(1, 2, 3))))
    assert whole == pytest.approx(expected, abs=1e-5)


def test_films_of_another_size_are_refused_before_any_is_scored(left_minded, films):
    with pytest.raises(InputError, match=r"2 × 4 × 1, received films of 4 × 2 × 1"):
        score(left_minded, films.transpose(0, 2, 1, 3), 5, "scoring")


@pytest.mark.parametrize(("scale", "told"), [(-1.0, "-"), (np.nan, "nan")])
def test_a_score_outside_0_to_1_is_refused(films, scale, told):
    film = radiograph_input((2, 4, 1))
    middle = keras.layers.Flatten()(keras.layers.CenterCrop(1, 1)(film))
    model = keras.Model(film, keras.layers.Rescaling(scale)(middle))
    with pytest.raises(InputError, match=rf"received 5 of 5 outside, such as {told}"):
        score(model, np.maximum(films, 2), 5, "scoring")


class Counted(keras.layers.Layer):
    """Counts how often it is traced, or run without a trace."""

    calls = 0

    def call(self, inputs):
        self.calls += 1
        return inputs


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="JAX compiles for each size")
def test_a_model_is_traced_once_for_batches_of_all_sizes(films):
    inputs, counted = radiograph_input((2, 4, 1)), Counted()
    flat = keras.layers.Flatten()(counted(keras.layers.Rescaling(1.0)(inputs)))
    model = keras.Model(inputs, score_output(flat))
    before = counted.calls
    for size in (5, 2, 1):
        score(model, films, size, "scoring")
        # What the score is made of comes with it, whether it is asked for or not.
        list(score_and_describe(model, films, size, "describing"))
    assert counted.calls == before + 1


def test_a_scored_model_is_left_as_it_was_and_its_new_weights_are_seen(left_minded, films):
    model = keras.models.clone_model(left_minded)
    before, expected = (score(one, films, 5, "scoring") for one in (model, left_minded))
    assert not model.compiled
    model.get_layer("score").set_weights(left_minded.get_layer("score").get_weights())
    after = score(model, films, 5, "scoring")
    assert not np.array_equal(before, after)
    np.testing.assert_array_equal(after, expected)


def test_a_model_that_is_no_longer_used_is_let_go(left_minded, films):
    model = keras.models.clone_model(left_minded)
    score(model, films, 5, "scoring")
    watched = weakref.ref(model)
    del model
    gc.collect()
    assert watched() is None
