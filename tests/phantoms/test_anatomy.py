"""Tests of the healthy chest: where air and bone lie."""

import numpy as np
import pytest

from pneumoscope.phantoms.anatomy import GRID_SIDE, Chest, draw_chest
from pneumoscope.phantoms.body import Body, Pose, step, value_noise
from pneumoscope.phantoms.bones import draw_bones

UPRIGHT = Pose(turn=0.0, shift_x=0.0, shift_y=0.0, scale=1.0, breath=0.0)


@pytest.fixture
def body() -> Body:
    return Body.draw(np.random.default_rng(0))


@pytest.fixture
def chest(body: Body) -> Chest:
    return draw_chest(body, UPRIGHT, 1.25, np.random.default_rng(0))


def test_the_grid_has_the_aspect_asked_for(chest: Chest) -> None:
    assert chest.air.shape == chest.tissue.shape == (GRID_SIDE, 220)


def test_air_is_a_share(chest: Chest) -> None:
    assert chest.air.min() >= 0.0
    assert 0.8 < chest.air.max() <= 1.0


def test_lungs_lie_beside_the_spine_within_the_rib_cage(chest: Chest, body: Body) -> None:
    assert chest.air[np.abs(chest.x) < 0.05].max() < 0.2
    assert chest.air[np.abs(chest.x) > body.rib_cage + 0.1].max() < 0.01


def test_the_heart_lies_to_the_childs_left(chest: Chest, body: Body) -> None:
    level = np.abs(chest.y - body.dome + 0.15) < 0.1
    assert chest.air[level & (chest.x > 0)].sum() < 0.8 * chest.air[level & (chest.x < 0)].sum()


def test_a_deep_breath_fills_the_lungs(chest: Chest, body: Body) -> None:
    deep = Pose(turn=0.0, shift_x=0.0, shift_y=0.0, scale=1.0, breath=0.1)
    assert draw_chest(body, deep, 1.25, np.random.default_rng(0)).air.sum() > chest.air.sum()


def test_ribs_alternate_down_the_lung(chest: Chest, body: Body) -> None:
    cage = np.full_like(chest.x, 0.3)
    bones = draw_bones(chest.x, chest.y, body, cage, np.random.default_rng(0))
    rows = (chest.y[:, 0] > body.clavicle + 0.2) & (chest.y[:, 0] < body.dome)
    column = bones[rows, np.argmin(np.abs(chest.x[0] - 0.5))]
    bright = column > column.mean()
    assert np.count_nonzero(np.diff(bright.astype(int)) == 1) >= 4


def test_a_soft_mask_is_half_on_its_border() -> None:
    np.testing.assert_allclose(step(np.array([-9.0, 0.0, 9.0]), 0.1), [0.0, 0.5, 1.0], atol=1e-6)


def test_noise_is_smooth_and_centred() -> None:
    noise = value_noise(np.random.default_rng(0), (100, 140), 5)
    assert noise.shape == (100, 140)
    assert abs(noise.mean()) < 0.3
    assert np.abs(np.diff(noise, axis=0)).max() < 0.3 * np.ptp(noise)
