"""A model that takes or gives anything but a film and a score is refused."""

import keras
import pytest
from keras import layers

from pneumoscope.errors import InputError
from pneumoscope.models.architectures import registry
from pneumoscope.models.architectures.interface import check_films, check_interface
from pneumoscope.options import ModelOptions


def model(shape=(8, 6, 1), units=1, activation="sigmoid") -> keras.Model:
    ends = [layers.Flatten(), layers.Dense(units, activation=activation)]
    return keras.Sequential([keras.Input(shape), *ends])


def two_films() -> keras.Model:
    films = [keras.Input((8, 6, 1)), keras.Input((8, 6, 1))]
    flat = layers.Flatten()(layers.Add()(films))
    return keras.Model(films, layers.Dense(1, activation="sigmoid")(flat))


def two_scores() -> keras.Model:
    film = keras.Input((8, 6, 1))
    scores = [layers.Dense(1, activation="sigmoid")(layers.Flatten()(film)) for _ in "ab"]
    return keras.Model(film, scores)


def of_any_size() -> keras.Model:
    film = keras.Input((None, None, 1))
    return keras.Model(
        film, layers.Dense(1, activation="sigmoid")(layers.GlobalMaxPooling2D()(film))
    )


@pytest.mark.parametrize(
    ("foreign", "received"),
    [
        (lambda: model(units=2, activation="softmax"), r"to any × 2 with the activation softmax"),
        (lambda: model(units=2), r"to any × 2 with"),
        (lambda: model((8, 6, 3)), r"one from any × 8 × 6 × 3 to any × 1"),
        (lambda: model((48, 1)), r"one from any × 48 × 1 to"),
        (lambda: model(activation=None), r"with the activation linear in"),
        (lambda: model(activation="softmax"), r"with the activation softmax in"),
        (two_films, r"from any × 8 × 6 × 1 and any × 8 × 6 × 1 to"),
        (two_scores, r"to any × 1 and any × 1 with"),
        (of_any_size, r"from any × any × any × 1 to"),
    ],
)
def test_a_foreign_model_is_refused_by_what_it_takes_and_gives(foreign, received) -> None:
    with pytest.raises(InputError, match=f"expected a model from one grey film .*{received}"):
        check_interface(foreign(), "model.keras")


def test_a_film_and_a_score_pass() -> None:
    check_interface(model(), "model.keras")
    ending = [layers.Flatten(), layers.Dense(1), layers.Activation("sigmoid")]
    check_interface(keras.Sequential([keras.Input((8, 6, 1)), *ending]), "model.keras")
    options = ModelOptions.model_validate({"architecture": "mlp", "units": [4]})
    check_interface(registry.build(options, (8, 6, 1), 1), "model.keras")


def test_films_of_another_size_are_refused() -> None:
    check_films(model(), (5, 8, 6, 1))
    with pytest.raises(InputError, match=r"trained on, 8 × 6 × 1, received films of 6 × 8 × 1"):
        check_films(model(), (5, 6, 8, 1))
