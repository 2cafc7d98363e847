"""The chest without opacities of a synthetic patient, drawn as attenuation on a small grid."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from pneumoscope.phantoms.body import SHARP, SOFT, Body, Grid, Pose, step, value_noise
from pneumoscope.phantoms.bones import draw_bones

# The drawing's shorter side: fine enough for ribs, several times cheaper than a whole film.
GRID_SIDE = 176


@dataclass(frozen=True)
class Chest:
    """A drawn chest: `x`, `y` coordinates, `air` in the lungs and `tissue` elsewhere.

    All four are float32 (height, width); `air` lies in [0, 1].
    """

    x: Grid
    y: Grid
    air: Grid
    tissue: Grid


def draw_chest(body: Body, pose: Pose, aspect: float, rng: Generator) -> Chest:
    """Draw a chest without disease.

    Args:
        body: The patient's build.
        pose: How the patient lies on this film.
        aspect: Width over height of the film.
        rng: Source of randomness for the fine texture.

    Returns:
        Lungs and tissue on a grid whose shorter side is `GRID_SIDE` pixels.
    """
    x, y = _coordinates(pose, aspect)
    cage = _rib_cage(x, y, body)
    air = _lungs(x, y, body, cage, body.dome + pose.breath)
    tissue = (
        _soft_tissue(x, y, body, rng)
        + draw_bones(x, y, body, cage, rng)
        + air * _vessels(x, y, body, rng)
        - _airway(x, y)
        - _stomach_gas(x, y, body)
    )
    return Chest(x, y, air, tissue)


def _coordinates(pose: Pose, aspect: float) -> tuple[Grid, Grid]:
    height = round(GRID_SIDE * max(1.0, 1.0 / aspect))
    width = round(height * aspect)
    # A narrow film shows a smaller patient, not half of a large one.
    scale = pose.scale * min(1.0, aspect / 1.1)
    v, u = np.meshgrid(
        np.linspace(-1, 1, height, dtype=np.float32) / scale - pose.shift_y,
        np.linspace(-aspect, aspect, width, dtype=np.float32) / scale - pose.shift_x,
        indexing="ij",
    )
    cos, sin = np.float32(np.cos(pose.turn)), np.float32(np.sin(pose.turn))
    return cos * u - sin * v, sin * u + cos * v


def _rib_cage(x: Grid, y: Grid, body: Body) -> Grid:
    """Return the distance from the inner wall of the rib cage, positive inside."""
    rise = np.clip((0.45 - y) / (0.45 - body.apex), 0.0, 1.0)
    half_width = body.rib_cage * (1.0 - rise**2.4) ** 0.55 - 0.1 * np.clip(y - 0.45, 0.0, 1.0)
    return (half_width - np.abs(x)).astype(np.float32)


def _lungs(x: Grid, y: Grid, body: Body, cage: Grid, dome: float) -> Grid:
    side = np.abs(x) / body.rib_cage
    # The liver lifts the right dome, on the film's left.
    diaphragm = dome + 0.05 * step(x, 0.05) + 0.55 * (side - 0.45) ** 2 * (side > 0.45)
    thickness = np.clip(cage / (0.5 * body.rib_cage), 0.0, 1.0) ** 0.35
    behind_diaphragm = 0.12 * step(diaphragm + 0.16 - y, SOFT)
    air = step(cage, SHARP) * thickness * np.maximum(step(diaphragm - y, SHARP), behind_diaphragm)
    return air * (1.0 - 0.88 * _heart(x, y, body)) * (1.0 - 0.93 * _mediastinum(x, y, body))


def _heart(x: Grid, y: Grid, body: Body) -> Grid:
    across, down = x - 0.12, y - body.dome + 0.24
    # The apex points down to the patient's left, the film's right.
    radius = np.hypot((across - 0.30 * down) / body.heart_width, down / body.heart_height)
    return step((1.0 - radius) * body.heart_width, SHARP)


def _mediastinum(x: Grid, y: Grid, body: Body) -> Grid:
    # A young child's thymus widens the upper mediastinum.
    half_width = 0.12 + (body.mediastinum - 0.12) * np.exp(-(((y + 0.25) / 0.25) ** 2))
    return step(half_width - np.abs(x - 0.02), 0.8 * SOFT)


def _soft_tissue(x: Grid, y: Grid, body: Body, rng: Generator) -> Grid:
    shoulder = 0.34 + (body.rib_cage + body.flank - 0.22) * step(y - body.clavicle + 0.08, 0.06)
    width = shoulder + 0.06 * np.clip(y, 0.0, 1.0)
    inside = np.clip(1.0 - (x / width) ** 2, 0.0, 1.0) ** 0.42
    arms = 0.55 * step(0.17 - np.abs(np.abs(x) - width - 0.2 - 0.1 * y), SOFT)
    arms *= step(y - body.clavicle - 0.12 * np.abs(x), SOFT)
    belly = 0.22 * step(y - body.dome - 0.05, 0.12)
    fold = 0.05 * value_noise(rng, x.shape, 5)
    trunk = inside * (1.05 + belly + fold)
    return np.maximum(trunk, arms).astype(np.float32)


def _vessels(x: Grid, y: Grid, body: Body, rng: Generator) -> Grid:
    """Return streaks that leave each hilum and fade towards the periphery."""
    across, down = np.abs(x) - 0.16, y - body.dome + 0.42
    radius = np.hypot(across, down)
    angle = np.arctan2(down, across) * np.sign(x)
    table = rng.standard_normal((72, 12)).astype(np.float32)
    where = np.stack([(angle / np.pi + 1.0) * 36.0, np.log1p(8.0 * radius) * 4.0])
    streaks = ndimage.map_coordinates(table, where, order=1, mode="grid-wrap")
    fade = np.exp(-radius / 0.35)
    return (body.vessels * fade * (1.2 + 1.6 * np.abs(streaks))).astype(np.float32)


def _airway(x: Grid, y: Grid) -> Grid:
    trachea = step(0.045 - np.abs(x + 0.01), SHARP) * step(-0.25 - y, SHARP)
    bronchi = step(0.03 - np.abs(y + 0.24 - 0.9 * np.abs(x)), SHARP) * step(0.2 - np.abs(x), SOFT)
    return 0.14 * np.maximum(trachea, 0.6 * bronchi)


def _stomach_gas(x: Grid, y: Grid, body: Body) -> Grid:
    bubble = np.hypot((x - 0.42) / 0.24, (y - body.dome - 0.27) / 0.12)
    return np.float32(0.35 * max(body.gas, 0.0)) * step(1.0 - bubble, 0.1)
