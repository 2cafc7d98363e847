import keras
import numpy as np
import pandas as pd
import pytest

from pneumoscope.errors import InputError
from pneumoscope.models.architectures.interface import radiograph_input, score_output
from pneumoscope.options import FetchOptions, IngestionOptions, PreprocessingOptions
from pneumoscope.out_of_distribution.detection import measure_detection
from pneumoscope.out_of_distribution.distances import (
    FARTHEST,
    FEATURES,
    LAYOUT,
    ORIENTATION,
    PIXELS,
    average,
    describe,
    distance_of,
    fit_reference,
    measure,
    orientations,
)
from pneumoscope.out_of_distribution.false_alarms import is_beyond, limit_false_alarms
from pneumoscope.out_of_distribution.films import (
    ALTERED,
    AS_IT_IS,
    FILM,
    describe_films,
    measure_altered,
    measure_films,
)
from pneumoscope.phantoms.collection import make_phantoms
from pneumoscope.radiographs.decoding import decode
from pneumoscope.radiographs.transforms import preprocess

SIZE = PreprocessingOptions.model_validate({"size": [48, 48], "fit": "squash"})
FETCH = FetchOptions.model_validate(
    {"source": "phantoms", "phantoms": {"patients": 260, "shorter_side": [64, 80]}}
)
COUNT, FITTED, LIMITED = 240, 110, 210


@pytest.fixture(scope="module")
def films(ingestion_options: IngestionOptions) -> np.ndarray:
    """Phantoms of many patients, uint8 (240, 48, 48, 1)."""
    drawn = make_phantoms(FETCH.phantoms, 5)
    paths = [path for path in drawn if "DS_Store" not in path]
    chosen = np.linspace(0, len(paths) - 1, COUNT).astype(int)
    decoded = [decode(drawn[paths[i]](), ingestion_options).pixels for i in chosen]
    return np.random.default_rng(0).permutation(
        np.stack([preprocess(film, SIZE) for film in decoded])
    )


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "radiograph_id": [f"film {n}" for n in range(COUNT)],
            "patient_id": [f"patient {n}" for n in range(COUNT)],
        }
    )


@pytest.fixture(scope="module")
def model() -> keras.Model:
    inputs = radiograph_input((48, 48, 1))
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = keras.layers.Conv2D(
        8, 5, strides=3, activation="relu", kernel_initializer=keras.initializers.HeNormal(seed=1)
    )(x)
    return keras.Model(inputs, score_output(keras.layers.GlobalAveragePooling2D()(x)))


def fitted(model, films, rows, most, batch_size):
    chosen, numbers = describe_films(model, films, rows, most, batch_size)
    return fit_reference(numbers, rows["patient_id"].to_numpy(dtype=str)[chosen], "f" * 64)


@pytest.fixture(scope="module")
def reference(model, films, rows):
    return fitted(model, films[:FITTED], rows[:FITTED], 1000, 32)


@pytest.fixture(scope="module")
def limits(model, films, rows, reference):
    part = slice(FITTED, LIMITED)
    measured = measure_films(model, reference, films[part], rows[part], 32, "measuring")
    patients = measured["patient_id"].to_numpy(dtype=str)
    return limit_false_alarms(distance_of(measured), patients, 0.05, reference.fingerprint)


def found(model, reference, limits, films) -> float:
    named = pd.DataFrame({"radiograph_id": range(len(films)), "patient_id": range(len(films))})
    measured = measure_films(model, reference, films, named, 32, "measuring")
    return float(is_beyond(limits, distance_of(measured)).mean())


def photographs() -> np.ndarray:
    from sklearn.datasets import load_sample_images

    grey = [image.mean(axis=2).astype(np.uint8) for image in load_sample_images().images]
    return np.stack([preprocess(image, SIZE) for image in grey])


def test_films_like_those_of_train_are_let_pass(model, reference, limits, films):
    assert found(model, reference, limits, films[LIMITED:]) <= 0.2


@pytest.mark.parametrize("name", ALTERED)
def test_films_that_are_altered_are_found(model, reference, limits, films, name):
    changed = ALTERED[name](films[LIMITED:], np.random.default_rng(2))
    assert changed.shape == films[LIMITED:].shape
    assert found(model, reference, limits, changed) >= 0.9


def test_photographs_are_found(model, reference, limits):
    assert found(model, reference, limits, photographs()) == 1.0


def test_how_a_film_lies_is_farther_than_any_number():
    table = pd.DataFrame(
        {PIXELS: [0.1, 5.0, 1e9], LAYOUT: [0.3, 1.0, 0.0], FEATURES: [0.2, 2.0, 0.0],
         ORIENTATION: ["", "", ""]}
    )  # fmt: skip
    assert distance_of(table).tolist() == [0.3, 5.0, FARTHEST]
    inverted = table.assign(**{ORIENTATION: ["inverted", "", ""]})
    assert distance_of(inverted).tolist() == [FARTHEST, 5.0, FARTHEST]


def ways(films):
    return orientations(describe(films)[LAYOUT])


def test_a_mirrored_film_is_not_odd_by_itself(films):
    film = np.stack([film for film, way in zip(films, ways(films), strict=True) if not way])
    assert "mirrored" not in ways(film[:, :, ::-1])
    assert set(ways(255 - film)) == {"inverted"}


def test_repeats_of_oversampling_are_fitted_once(model, films, rows, reference):
    again = np.concatenate([films[:FITTED], films[:5]])
    repeated = pd.concat([rows[:FITTED], rows[:5]])
    assert fitted(model, again, repeated, 1000, 32) == reference
    assert reference.radiographs == reference.patients == FITTED
    assert fitted(model, again, repeated, 40, 32).radiographs == 40


def test_an_ensemble_averages_what_its_members_see_by_radiograph():
    one = pd.DataFrame({"radiograph_id": ["a", "b"], PIXELS: [1.0, 2], FEATURES: [1.0, 2]})
    other = one.assign(**{FEATURES: [5.0, 4]}).iloc[::-1]
    together = average({"one": one, "other": other}, ["radiograph_id"])
    assert together[FEATURES].tolist() == [3.0, 3.0]
    assert together[PIXELS].tolist() == [1.0, 2.0]


def test_members_that_measured_other_radiographs_are_refused():
    one = pd.DataFrame({"radiograph_id": ["a", "b"], FEATURES: [1.0, 2]})
    other = one.assign(radiograph_id=["a", "c"])
    with pytest.raises(InputError, match="one and other to have measured the same radiographs"):
        average({"one": one, "other": other}, ["radiograph_id"])


def test_some_kinds_of_numbers_are_measured_alone(reference):
    features = np.zeros((3, len(reference.subspaces[FEATURES].centre)))
    assert list(measure(reference, {FEATURES: features})) == [FEATURES]


def test_what_is_found_on_test_is_counted_with_intervals(model, reference, limits, films, rows):
    part = slice(LIMITED, COUNT)
    measured = measure_altered(model, reference, films[part], rows[part], 10, 32, seed=1)
    assert measured[FILM].value_counts().to_dict() == {AS_IT_IS: 30, **dict.fromkeys(ALTERED, 10)}
    told = measure_detection(measured, limits, 0.95)
    assert (told.asked, told.reason, told.patients) == (0.05, None, 100)
    assert (told.false_alarms.radiographs, list(told.found)) == (30, list(ALTERED))
    inverted = told.found["inverted"]
    assert (inverted.radiographs, inverted.share.value) == (10, 1.0)
    assert inverted.share.low == pytest.approx(0.025 ** (1 / 10), abs=1e-6)
