"""The preprocessing as a graph: what Pillow and OpenCV give, for films of any shape."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from pneumoscope.options import PreprocessingOptions
from pneumoscope.radiographs.transforms import preprocess

onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra `export`")
pytest.importorskip("onnx", reason="needs the extra `export`")


@cache
def session(chosen: PreprocessingOptions) -> Any:
    """Load the graph of some options; one takes films of any shape."""
    from pneumoscope.exchange.film import film_graph

    return onnxruntime.InferenceSession(film_graph(chosen).SerializeToString())


def prepared(films: np.ndarray, **options: object) -> tuple[np.ndarray, np.ndarray]:
    """Prepare films by the graph and by the code it stands for."""
    chosen = PreprocessingOptions.model_validate({"size": [48, 40], "fit": "squash", **options})
    (given,) = session(chosen).run(["prepared"], {"films": films})
    return given, np.stack([preprocess(film, chosen) for film in films]).astype(np.float32)


def films(height: int, width: int, count: int = 2) -> np.ndarray:
    """Smooth shapes with fine grain, each its own, uint8 (count, height, width)."""
    y, x = np.mgrid[0:height, 0:width] / 23
    shapes = [128 + 90 * np.sin(x + n) * np.cos(y - n) for n in range(count)]
    grain = np.random.default_rng(height * width).normal(0, 9, (count, height, width))
    return np.clip(np.stack(shapes) + grain, 0, 255).astype(np.uint8)


SHAPES = [(48, 40), (131, 97), (97, 131), (200, 41), (33, 300), (20, 17), (1000, 1203), (49, 41)]


@pytest.mark.parametrize("fit", ["squash", "letterbox", "crop"])
@pytest.mark.parametrize("crop", [0.0, 0.07])
@pytest.mark.parametrize("shape", SHAPES)
def test_films_of_any_shape_come_out_as_by_pillow(shape, fit, crop):
    given, expected = prepared(films(*shape), fit=fit, border_crop=crop)
    assert given.shape == (2, 48, 40, 1)
    np.testing.assert_array_equal(given, expected)
    assert np.ptp(expected) > 50


@pytest.mark.parametrize("size", [[160, 160], [33, 61], [16, 16]])
@pytest.mark.parametrize("shape", [(224, 224), (1, 1), (3, 900), (201, 78), (320, 480), (7, 1)])
def test_sums_that_lie_halfway_between_two_grey_levels_fall_as_in_pillow(size, shape):
    noise = np.random.default_rng(1).integers(0, 256, (1, *shape), dtype=np.uint8)
    given, expected = prepared(noise, size=size)
    np.testing.assert_array_equal(given, expected)


@pytest.mark.parametrize("shape", [(4000, 17), (9001, 3), (16_000, 1), (1, 20_011)])
def test_white_stays_white_however_many_pixels_make_one(shape):
    given, expected = prepared(np.full((1, *shape), 255, np.uint8), size=[16, 16])
    np.testing.assert_array_equal(given, expected)
    assert (expected == 255).all()


@pytest.mark.parametrize(
    ("size", "tiles", "clip"),
    [
        ([48, 40], 8, 2.0), ([48, 40], 7, 2.0), ([48, 48], 5, 0.5), ([33, 64], 4, 40.0),
        ([16, 20], 16, 3.0), ([64, 64], 1, 256.0),
    ],
)  # fmt: skip
def test_contrast_is_equalised_as_by_opencv(size, tiles, clip):
    clahe = {"tiles": tiles, "clip_limit": clip}
    # Of the wanted size, so that nothing but CLAHE is compared.
    given, expected = prepared(films(*size, count=3), size=size, clahe=clahe)
    assert np.abs(given - expected).max() <= 1
    assert (given != expected).mean() < 0.01
    untouched, _ = prepared(films(*size, count=3), size=size)
    assert (untouched != given).mean() > 0.1


@pytest.mark.parametrize("quality", [1, 20, 49, 50, 75, 95])
@pytest.mark.parametrize("size", [[48, 40], [33, 61]])
def test_encodings_are_equalised_as_by_libjpeg(size, quality):
    given, expected = prepared(films(*size), size=size, equalise_quality=quality)
    np.testing.assert_array_equal(given, expected)
    untouched, _ = prepared(films(*size), size=size)
    assert np.abs(untouched - expected).mean() > 0.4


def test_what_an_encoding_makes_of_noise_and_of_edges_is_that_of_libjpeg():
    noise = np.random.default_rng(3).integers(0, 256, (2, 64, 72), dtype=np.uint8)
    edges = np.where(noise > 127, 255, 0).astype(np.uint8)
    for pixels in (noise, edges):
        for quality in (1, 10, 60, 95):
            given, expected = prepared(pixels, size=[64, 72], equalise_quality=quality)
            np.testing.assert_array_equal(given, expected, str(quality))


def test_all_steps_follow_one_another_in_their_order():
    steps = {"border_crop": 0.05, "fit": "letterbox", "clahe": {}, "equalise_quality": 60}
    given, expected = prepared(films(150, 120), **steps)
    # The coarse steps of the encoding make more of the grey level that the contrast may be off by.
    apart = np.abs(given - expected).mean()
    assert apart < 0.5
    for left_out in steps:
        other, _ = prepared(films(150, 120), **{k: v for k, v in steps.items() if k != left_out})
        assert np.abs(other - expected).mean() > max(2 * apart, 0.5), left_out


def test_a_film_does_not_depend_on_those_beside_it():
    several = films(150, 120, count=4)
    options = {"border_crop": 0.05, "clahe": {}, "equalise_quality": 60}
    together, _ = prepared(several, **options)
    for number, film in enumerate(several):
        alone, _ = prepared(film[None], **options)
        np.testing.assert_array_equal(alone[0], together[number])
