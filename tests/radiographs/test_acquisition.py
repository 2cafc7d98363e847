import numpy as np
import pytest

from pneumoscope.radiographs.acquisition import SIDE, measure_film
from pneumoscope.radiographs.fields import outside
from pneumoscope.radiographs.measured import ACQUISITION, SMALL_SIDE


def measure_acquisition(film: np.ndarray) -> dict[str, float]:
    return measure_film(film).numbers


@pytest.fixture
def grey() -> np.ndarray:
    return np.full((SIDE, SIDE), 100, dtype=np.uint8)


def test_every_number_has_words(grey):
    assert list(measure_acquisition(grey)) == list(ACQUISITION)


def test_a_flat_film_has_one_tone_no_mark_no_border_and_no_sharpness(grey):
    found = measure_acquisition(grey)
    tones = ("dark_tones_outside", "middle_tones_outside", "bright_tones_outside")
    assert [found[name] for name in tones] == [100, 100, 100]
    none = ("marks", "mark_area", "black_rows", "black_columns")
    assert [found[name] for name in none] == [0, 0, 0, 0]
    assert found["saturated_black"] == found["saturated_white"] == 0
    assert found["sharpness_outside"] == -6


def test_small_bright_marks_count_in_the_corners_alone(grey):
    grey[10:16, 10:20] = 255  # A letter of 60 pixels.
    grey[200:206, 205:210] = 255  # 30 more.
    grey[100:106, 100:110] = 255  # In the centre: none of them.
    grey[10:60, 180:220] = 200  # Too wide: a shoulder.
    grey[10, 40] = 255  # One pixel: noise.
    found = measure_acquisition(grey)
    assert found["marks"] == 2
    assert found["mark_area"] == pytest.approx(90 / (4 * 56**2))


def test_a_mark_no_brighter_than_what_surrounds_it_is_none(grey):
    grey[10:16, 10:20] = 165
    assert measure_acquisition(grey)["marks"] == 0


def test_black_borders_are_shares_of_the_sides(grey):
    grey[:14] = 0
    grey[:, -28:] = 5
    grey[:14, :20] = 255  # A letter on the border leaves it one: 9 of 10 pixels are black.
    found = measure_acquisition(grey)
    assert found["black_rows"] == pytest.approx(14 / 224)
    assert found["black_columns"] == pytest.approx(28 / 224)


def test_an_all_black_film_is_all_border():
    found = measure_acquisition(np.zeros((300, 200), dtype=np.uint8))
    assert found["black_rows"] == found["black_columns"] == found["saturated_black"] == 1


def test_what_lies_in_the_centre_changes_nothing(grey):
    rng = np.random.default_rng(0)
    grey[outside(SIDE)] = rng.integers(60, 120, outside(SIDE).sum())
    other = grey.copy()
    # A pixel less on each side: sharpness looks at neighbours.
    inner = slice(24, 200), slice(13, 211)
    other[inner] = rng.integers(60, 120, (176, 198))
    first, second = measure_acquisition(grey), measure_acquisition(other)
    # Whether a line is black and what stands out of a corner depend on neighbours, too.
    assert first == second
    small, without = measure_film(grey).small, measure_film(other).small
    assert (small[:4] == without[:4]).all()
    assert (small != without).any()


def test_blurring_makes_what_lies_outside_less_sharp():
    import cv2

    noisy = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE), dtype=np.uint8)
    soft = cv2.GaussianBlur(noisy, (0, 0), 2.0)
    sharp, blurred = (measure_acquisition(film)["sharpness_outside"] for film in (noisy, soft))
    assert sharp > blurred + 1


@pytest.mark.parametrize("shape", [(1, 1), (48, 300), (2000, 1500)])
def test_films_of_any_size_are_measured(shape):
    found = measure_acquisition(np.full(shape, 30, dtype=np.uint8))
    assert np.isfinite(list(found.values())).all()
    assert measure_film(np.full(shape, 30, dtype=np.uint8)).small.tolist() == [[30] * 48] * 48


def test_a_large_film_is_measured_as_the_average_of_its_pixels(grey):
    rng = np.random.default_rng(5)
    grey[:] = rng.integers(0, 255, grey.shape)
    large = np.kron(grey, np.ones((4, 4), dtype=np.uint8))
    one, other = measure_film(grey), measure_film(large)
    assert one.numbers == other.numbers
    np.testing.assert_array_equal(one.small, other.small)


def test_the_small_film_holds_averages():
    columns = np.repeat(np.arange(SMALL_SIDE, dtype=np.uint8), 7)
    assert (measure_film(np.tile(columns, (400, 1))).small.mean(axis=0)[::47] == [0, 47]).all()
