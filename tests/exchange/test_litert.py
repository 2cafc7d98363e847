"""Preprocessing and models in LiteRT: what Pillow and Keras give, for films of any size."""

import io
import zipfile

import cv2
import numpy as np
import pytest

from pneumoscope.errors import InputError
from pneumoscope.exchange.litert import LiteRtSession, litert_graphs, with_files
from pneumoscope.exchange.litert_film import check_can_prepare, prepared
from pneumoscope.models.scoring import describe_batch
from pneumoscope.options import PreprocessingOptions
from pneumoscope.radiographs.transforms import preprocess

SIZES = [
    (300, 400), (689, 843), (60, 44), (64, 48), (50, 40), (333, 97), (97, 333), (201, 78), (1, 1),
    (3, 900),
]  # fmt: skip


def film(height: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(height).integers(0, 256, (height, width), dtype=np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.5)
    return cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)


def options(**changes) -> PreprocessingOptions:
    return PreprocessingOptions.model_validate({"size": [60, 44], "fit": "squash", **changes})


@pytest.mark.parametrize("fit", ["squash", "letterbox", "crop"])
@pytest.mark.parametrize("crop", [0.0, 0.05, 0.13, 0.29])
def test_films_are_prepared_as_by_pillow(fit, crop):
    chosen = options(fit=fit, border_crop=crop)
    for size in SIZES:
        given = film(*size)
        found = prepared(given[None], chosen).numpy()[0]
        np.testing.assert_array_equal(found, preprocess(given, chosen), str((fit, crop, size)))


def test_the_largest_films_are_prepared_as_by_pillow():
    # Remainders of the long division are the larger, the more pixels make one.
    given = np.random.default_rng(0).integers(0, 256, (40, 16_000), dtype=np.uint8)
    chosen = options(size=[32, 32])
    np.testing.assert_array_equal(
        prepared(given[None], chosen).numpy()[0], preprocess(given, chosen)
    )


def test_a_film_does_not_depend_on_those_beside_it():
    several = np.stack([film(90, 80), film(90, 80)[::-1]])
    both = prepared(several, options()).numpy()
    np.testing.assert_array_equal(both[1], prepared(several[1:], options()).numpy()[0])


@pytest.mark.parametrize("change", [{"clahe": {}}, {"equalise_quality": 60}])
def test_what_litert_cannot_do_is_refused_with_what_to_do(change):
    with pytest.raises(InputError, match=rf"{next(iter(change))} as well, .* --format onnx"):
        check_can_prepare(options(**change))
    check_can_prepare(options())


@pytest.fixture(scope="module")
def converted(evaluated, small):
    """An ensemble, with its graph from preprocessed radiographs and its graph from films."""
    films = evaluated({"a": small("mlp", 1), "b": small("cnn", 2, side=24)}, fit="letterbox")
    return films, *litert_graphs(films.models, films.preprocessing)


def test_one_file_takes_films_of_any_size_and_gives_what_an_export_gives(converted):
    films, core, film_model = converted
    (of_core,) = LiteRtSession(core).run(["score"], {"radiograph": films.images.astype(np.float32)})
    np.testing.assert_allclose(of_core[:, 0], films.scores, atol=1e-5)
    session = LiteRtSession(film_model)
    features = np.concatenate(
        [describe_batch(model, films.images)[1] for model in films.models.values()], axis=1
    )
    for number, given in enumerate(films.decoded.values()):
        score, seen, own = session.run(["score", "prepared", "features"], {"films": given[None]})
        assert score[0, 0] == pytest.approx(films.scores[number], abs=5e-3)
        np.testing.assert_array_equal(seen[0], films.images[number])
        np.testing.assert_allclose(own[0], features[number], atol=0.1)


def test_texts_travel_in_the_file_and_change_nothing_of_the_model(converted):
    films, _, bare = converted
    joined = with_files(bare, {"contract.json": "{}", "card.md": "Karte: ü"})
    assert joined == with_files(bare, {"contract.json": "{}", "card.md": "Karte: ü"})
    assert joined.startswith(bare)
    with zipfile.ZipFile(io.BytesIO(joined)) as inside:
        assert inside.read("card.md").decode() == "Karte: ü"
    given = {"films": films.decoded["1.png"][None]}
    (first,), (second,) = (LiteRtSession(m).run(["score"], given) for m in (bare, joined))
    assert first == second
