import numpy as np
import pytest

from pneumoscope.radiographs.appearance import appearance_of


def test_brightness_and_contrast_are_in_grey_levels(gradient):
    seen = appearance_of(gradient)
    assert seen.brightness == pytest.approx(127, abs=1)
    assert seen.contrast == pytest.approx(0.9 * 255, abs=5)


def test_a_flat_film_has_no_contrast_and_no_orientation():
    seen = appearance_of(np.full((300, 200), 40, np.uint8))
    assert (seen.brightness, seen.contrast, seen.orientation) == (40, 0, "")
