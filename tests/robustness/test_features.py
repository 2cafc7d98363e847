import numpy as np
import pandas as pd
import pytest

from pneumoscope.robustness.features import FEATURES, film_features, pixel_features

FLAT = np.full((40, 40), 100, dtype=np.uint8)


def test_a_flat_film_has_one_tone_and_no_detail():
    found = pixel_features(FLAT)
    assert {found[name] for name in ("mean_grey", "dark_tones", "bright_tones", "border_grey")} == {
        100.0
    }
    assert {found[name] for name in ("grey_spread", "entropy", "sharpness", "fine_detail")} == {0.0}


def test_half_black_half_white_holds_one_bit_and_half_a_black_border():
    image = FLAT.copy()
    image[:, :20], image[:, 20:] = 0, 200
    found = pixel_features(image)
    assert found["entropy"] == pytest.approx(1.0)
    assert found["grey_spread"] == pytest.approx(100.0)
    assert found["black_border"] == pytest.approx(0.5)
    assert (found["dark_tones"], found["bright_tones"]) == (0.0, 200.0)


@pytest.mark.parametrize("shape", [(3, 3), (7, 11), (40, 40), (64, 65)])
def test_tones_are_the_percentiles_of_the_pixels(shape):
    rng = np.random.default_rng(0)
    for levels in (2, 30, 256):
        image = rng.integers(0, levels, shape, dtype=np.uint8)
        found, (dark, bright) = pixel_features(image), np.percentile(image, (5, 95))
        assert (found["dark_tones"], found["bright_tones"]) == (dark, bright)


def test_a_chequerboard_is_all_fine_detail_and_a_wide_wave_is_none():
    rows, columns = np.indices((40, 40))
    chequers = (200 * ((rows + columns) % 2)).astype(np.uint8)
    wave = (100 + 50 * np.sin(2 * np.pi * columns / 20)).round().astype(np.uint8)
    assert pixel_features(chequers)["fine_detail"] == pytest.approx(1.0)
    assert pixel_features(wave)["fine_detail"] < 0.01
    assert pixel_features(chequers)["sharpness"] > 100 * pixel_features(wave)["sharpness"]


def test_each_film_has_a_row_of_all_features_in_order(six_rows):
    films = np.stack([np.full((16, 16, 1), 10 * n, dtype=np.uint8) for n in range(6)])
    found = film_features(films, six_rows.iloc[::-1], "measuring")
    assert list(found) == list(FEATURES)
    assert found["mean_grey"].tolist() == [0, 10, 20, 30, 40, 50]
    pd.testing.assert_index_equal(found.index, pd.RangeIndex(6))
    assert found["aspect"].tolist() == [2.0] * 6
