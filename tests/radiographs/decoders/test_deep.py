import numpy as np
import pytest

from pneumoscope.radiographs.decoders.deep import TYPICAL_WHITE, deep_to_grey


def film(brightest: int, shape: tuple[int, int] = (120, 130)) -> np.ndarray:
    """A drawn film whose levels reach from 0 to `brightest`."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    lungs = np.sin(x / 20) * np.sin(y / 30)
    return ((lungs - lungs.min()) / np.ptp(lungs) * brightest).astype(np.uint16)


def grey_of(samples: np.ndarray, **how) -> np.ndarray:
    return np.asarray(deep_to_grey(samples, **how)[0])


@pytest.mark.parametrize("brightest", [255, 511, 1023, 2047, 4095, 16383, 32767, 65534])
def test_one_grey_level_more_changes_hardly_anything(brightest):
    less, more = grey_of(film(brightest)), grey_of(film(brightest + 1))
    assert less.mean() == pytest.approx(more.mean(), rel=0.01)


@pytest.mark.parametrize("detector", [1023, 4095, 16383, 65535])
def test_the_same_film_of_any_detector_is_about_as_bright(detector):
    assert grey_of(film(detector)).mean() == pytest.approx(grey_of(film(4095)).mean(), rel=0.01)


@pytest.mark.parametrize("share", [0.0001, 0.001, 0.01, 0.05, 0.15, 0.3])
@pytest.mark.parametrize("mark", [65535, 32768, 9000])
def test_a_burnt_in_mark_does_not_blacken_a_film(share, mark):
    clean = film(4095)
    marked = clean.copy()
    rows = max(1, int(share * clean.size / 10))
    marked[:rows, :10] = mark
    grey = grey_of(marked)
    untouched = np.ones(clean.shape, bool)
    untouched[:rows, :10] = False
    assert grey[untouched].mean() == pytest.approx(grey_of(clean)[untouched].mean(), rel=0.05)
    assert grey.max() == 255


def test_a_small_body_in_a_dark_field_is_no_mark():
    field = np.random.default_rng(0).integers(1, 50, (120, 130)).astype(np.uint16)
    field[40:80, 40:90] = 1000 + film(3000)[40:80, 40:90]
    grey = grey_of(field)
    assert grey[:40].max() <= 5
    assert 100 < grey[40:80, 40:90].mean() < 200


def test_a_film_of_eight_bits_in_deeper_storage_stays_as_it_is():
    shallow = film(200)
    np.testing.assert_array_equal(grey_of(shallow), shallow)


def test_no_scale_ever_jumps():
    means = np.array([grey_of(film(top, (60, 60))).mean() for top in range(300, 5000, 37)])
    assert np.abs(np.diff(means)).max() < 1


def test_a_black_film_stays_black():
    assert grey_of(np.zeros((20, 20), np.uint16)).max() == 0


def test_white_is_zero_mirrors_the_levels_in_use():
    straight = film(4095)
    for stored in (4095 - straight, 65535 - straight):
        grey = grey_of(stored, white_is_zero=True)
        np.testing.assert_allclose(grey, grey_of(straight), atol=1)


def test_the_scale_is_told():
    assert deep_to_grey(film(4095), declared=12)[1] == (
        "converted from more than 8 bits to 8 (12 bits as its file declares)"
    )
    told = deep_to_grey(film(4095))[1]
    assert told.endswith(f"which half a per cent exceeds, to {TYPICAL_WHITE})")
