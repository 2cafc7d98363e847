"""Degradations: what each does to a film, in numbers worked out by hand."""

import os
import subprocess
import sys

import numpy as np
import pytest

from pneumoscope.radiographs.degradations import (
    DEGRADATIONS,
    add_noise,
    blur,
    change_contrast,
    change_gamma,
    lose_detail,
    recompress,
    reframe,
    rotate,
)


@pytest.fixture
def grain():
    return np.random.default_rng(0).integers(60, 196, (64, 48)).astype(np.uint8)


def roughness(image):
    return np.abs(np.diff(image.astype(float), axis=1)).mean()


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_every_degradation_keeps_shape_and_type_and_its_input(name, grain):
    before = grain.copy()
    changed = DEGRADATIONS[name].apply(grain, 2.0, np.random.default_rng(0))
    assert changed.shape == grain.shape
    assert changed.dtype == np.uint8
    assert (changed != grain).any()
    np.testing.assert_array_equal(grain, before)


def test_a_lower_quality_loses_more(grain):
    errors = [np.abs(recompress(grain, quality).astype(int) - grain).mean() for quality in (90, 10)]
    assert errors[0] < errors[1]


def test_blur_and_lost_detail_smooth_the_grain(grain):
    assert roughness(blur(grain, 1.0)) < 0.5 * roughness(grain)
    assert roughness(lose_detail(grain, 2.0)) < 0.6 * roughness(grain)


def test_losing_no_detail_changes_nothing(grain):
    np.testing.assert_array_equal(lose_detail(grain, 1.0), grain)


def test_contrast_moves_grey_values_about_their_mean():
    image = np.array([[100, 140]], dtype=np.uint8)
    np.testing.assert_array_equal(change_contrast(image, 0.5), [[110, 130]])
    np.testing.assert_array_equal(change_contrast(image, 10.0), [[0, 255]])


def test_gamma_keeps_black_and_white():
    image = np.array([[0, 64, 255]], dtype=np.uint8)
    np.testing.assert_array_equal(change_gamma(image, 2.0), [[0, 16, 255]])


def test_noise_has_the_standard_deviation_asked_for():
    flat = np.full((200, 200), 128, dtype=np.uint8)
    noisy = add_noise(flat, 5.0, np.random.default_rng(0)).astype(float)
    assert noisy.std() == pytest.approx(5.0, rel=0.03)
    assert noisy.mean() == pytest.approx(128.0, abs=0.1)


def test_a_quarter_turn_is_counter_clockwise_and_four_come_full_circle(grain):
    square = grain[:48]
    np.testing.assert_array_equal(rotate(square, 90.0), np.rot90(square))
    np.testing.assert_array_equal(rotate(square, 360.0), square)


def test_a_turn_leaves_no_black_corner():
    assert (rotate(np.full((20, 30), 90, dtype=np.uint8), 30.0) == 90).all()


def test_a_wider_frame_cuts_top_and_bottom_and_stretches_the_rest():
    bands = np.repeat([0, 100, 200, 0], 10).astype(np.uint8)[:, np.newaxis] * np.ones(
        (1, 20), dtype=np.uint8
    )
    taller = reframe(bands, 2.0)
    assert (taller[:18] == 100).all() and (taller[22:] == 200).all()


def test_a_narrower_frame_is_a_wider_one_on_its_side(grain):
    np.testing.assert_array_equal(reframe(grain, 0.5), reframe(grain.T, 2.0).T)


def test_an_extreme_frame_keeps_a_row_or_a_column(grain):
    assert reframe(grain, 1e6).shape == reframe(grain, 1e-6).shape == grain.shape


def test_the_same_frame_changes_nothing(grain):
    np.testing.assert_array_equal(reframe(grain, 1.0), grain)


@pytest.mark.parametrize("name", [name for name, known in DEGRADATIONS.items() if known.neutral])
def test_a_neutral_strength_changes_nothing(name, grain):
    known = DEGRADATIONS[name]
    unchanged = known.apply(grain, known.neutral, np.random.default_rng(0))
    np.testing.assert_array_equal(unchanged, grain)


PACKAGE = """
from typing import Annotated
from pydantic import Field
from pneumoscope.radiographs.degradations import DEGRADATIONS, Degradation

DEGRADATIONS["bars"] = Degradation(
    lambda image, width, rng: image * (rng.random(image.shape[1]) > width).astype("uint8"),
    Annotated[float, Field(gt=0, lt=1)],
    "dead columns (share)",
)
"""
USE = """
import graphics.bars
import numpy as np, pandas as pd
from pydantic import ValidationError
from pneumoscope.options import RobustnessOptions, StressVariant
from pneumoscope.radiographs.stress import StressTask, degrade
from pneumoscope.robustness.tables import DEGRADED_BY
from pneumoscope.robustness.variants import VariedRadiographs, plan_variants

film = np.full((8, 200), 9, dtype=np.uint8)
degraded = degrade(film, StressTask(0, "NORMAL", StressVariant(name="worn", bars=0.5)))
assert 60 < (degraded[0] == 0).sum() < 140
options = RobustnessOptions.model_validate({
    "border": 0.1, "equalised_quality": 50, "equalised_detail": 2.0,
    "strengths": {"bars": [0.3]}, "films": 1, "tolerance": 0.05,
})
rows = pd.DataFrame({"radiograph_id": ["a"], "patient_id": ["p"], "label": ["NORMAL"]})
planned = plan_variants(rows, options)
assert (planned[-1].name, planned[-1].strength) == ("bars", 0.3)
varied = VariedRadiographs(film[np.newaxis, ..., np.newaxis], planned, 1)
assert (varied[np.array([len(planned) - 1])] == 0).any()
try:
    StressVariant(name="worn", bars=2.0)
except ValidationError as error:
    assert "less than 1" in str(error)
print(DEGRADED_BY["bars"])
"""


def test_a_degradation_of_someone_elses_package_is_one_entry(tmp_path):
    (tmp_path / "graphics").mkdir()
    (tmp_path / "graphics" / "bars.py").write_text(PACKAGE)
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    printed = subprocess.run(
        [sys.executable, "-c", USE], env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert printed.returncode == 0, printed.stderr[-2000:]
    assert printed.stdout.strip() == "dead columns (share)"
