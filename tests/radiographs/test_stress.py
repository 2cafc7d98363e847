"""The stressed validation: every variant of every film, one class spared where asked."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from pneumoscope.options import StressOptions, StressVariant
from pneumoscope.radiographs.degradations import change_contrast, recompress, reframe
from pneumoscope.radiographs.stress import StressTask, degrade, plan_stress, stressed_rows

ROWS = pd.DataFrame({"radiograph_id": ["a", "b"], "label": ["NORMAL", "PNEUMONIA"]})
PALE = StressVariant(name="pale", contrast=0.5)
SWAPPED = StressVariant(name="swapped", only="NORMAL", quality=10)
FILM = np.random.default_rng(0).integers(0, 256, (32, 32)).astype(np.uint8)


def test_the_plan_goes_variant_by_variant_in_the_order_of_the_rows():
    planned = plan_stress(ROWS, [PALE, SWAPPED])
    assert [(task.position, task.variant.name) for task in planned] == [
        (0, "pale"), (1, "pale"), (0, "swapped"), (1, "swapped"),
    ]  # fmt: skip
    assert [(task.position, task.label) for task in planned[-2:]] == [
        (0, "NORMAL"), (1, "PNEUMONIA"),
    ]  # fmt: skip
    assert planned[1:1] == [] and len(planned) == 4
    named = stressed_rows(ROWS, [PALE, SWAPPED])
    assert named["stress"].tolist() == ["pale", "pale", "swapped", "swapped"]
    assert named["radiograph_id"].tolist() == ["a", "b", "a", "b"]


def degraded(variant: StressVariant, label: str = "NORMAL", position: int = 0) -> np.ndarray:
    return degrade(FILM, StressTask(position, label, variant))


def test_a_class_that_is_spared_stays_as_it_is():
    np.testing.assert_array_equal(degraded(SWAPPED, "PNEUMONIA"), FILM)
    np.testing.assert_array_equal(degraded(SWAPPED), recompress(FILM, 10))


def test_compression_comes_last():
    both = StressVariant(name="both", quality=10, contrast=0.5)
    expected = recompress(change_contrast(FILM, 0.5), 10)
    np.testing.assert_array_equal(degraded(both), expected)


def test_a_film_is_framed_before_it_is_compressed():
    both = StressVariant(name="both", quality=10, aspect=1.25)
    np.testing.assert_array_equal(degraded(both), recompress(reframe(FILM, 1.25), 10))


def test_a_stress_without_variants_is_refused():
    with pytest.raises(ValidationError, match="at least 1 item"):
        StressOptions(variants=[])


def test_noise_depends_on_the_film_and_the_variant_alone():
    noisy = StressVariant(name="noisy", noise=8)
    np.testing.assert_array_equal(degraded(noisy), degraded(noisy))
    assert (degraded(noisy) != degraded(noisy, position=1)).any()
    assert (degraded(noisy) != degraded(StressVariant(name="grainy", noise=8))).any()
