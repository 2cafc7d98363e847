"""The bones of a synthetic patient's chest, drawn as attenuation."""

import numpy as np
from numpy.random import Generator

from pneumoscope.phantoms.body import SHARP, SOFT, Body, Grid, step


def draw_bones(x: Grid, y: Grid, body: Body, cage: Grid, rng: Generator) -> Grid:
    """Draw ribs, spine, clavicles, shoulders and shoulder blades.

    Args:
        x: Coordinates to the film's right, in half film heights; 0 is the spine.
        y: Coordinates downwards.
        body: The patient's build.
        cage: Distance from the inner wall of the rib cage, positive inside.
        rng: Source of randomness for the strength of each rib.

    Returns:
        Attenuation, float32, 0 where there is no bone.
    """
    bones = _ribs(x, y, body, cage, rng) + _spine(x, y) + _shoulders(x, y, body)
    return np.float32(body.bone) * bones


def _ribs(x: Grid, y: Grid, body: Body, cage: Grid, rng: Generator) -> Grid:
    side = np.clip(np.abs(x) / (body.rib_cage + 0.02), 0.0, 0.995)
    fall = 1.0 - np.sqrt(1.0 - side**2)
    back = (y - body.rib_slope * side**2 - 0.5 * fall + 0.05 * np.sin(4 * side)) / body.rib_pitch
    front = (y - 0.75 * (1.0 - side) ** 1.3 + 0.25 * fall) / (1.15 * body.rib_pitch)
    strength = rng.uniform(0.85, 1.15, 64).astype(np.float32)
    bony = step(cage + 0.03, SHARP) * step(y - body.apex - 0.02, SOFT)
    # The front ends are cartilage, which hardly shows.
    calcified = step(side - 0.45, 0.08)
    thinner = 0.27 - 0.10 * side
    # The abdomen hides the lowest ribs.
    bony = bony * (1.0 - 0.65 * step(y - body.dome - 0.1, 0.06))
    return bony * (
        0.20 * _bands(back + 0.3, thinner, strength)
        + 0.07 * calcified * _bands(front, thinner + 0.04, strength[32:])
    )


def _bands(phase: Grid, half_width: Grid, strength: Grid) -> Grid:
    """Return a bright band at every whole `phase`, its edges brighter than its middle."""
    number = np.rint(phase)
    offset = np.abs(phase - number)
    band = step(half_width - offset, 0.04)
    cortex = np.exp(-(((offset - half_width + 0.06) / 0.06) ** 2))
    chosen = strength[number.astype(np.intp) % strength.size]
    return (chosen * (0.75 * band + 0.45 * cortex)).astype(np.float32)


def _spine(x: Grid, y: Grid) -> Grid:
    vertebra = 0.75 + 0.25 * np.tanh(4.0 * np.sin(y * 40.0) + 1.5)
    return (0.28 * vertebra * step(0.085 - np.abs(x), SHARP)).astype(np.float32)


def _shoulders(x: Grid, y: Grid, body: Body) -> Grid:
    side = np.abs(x)
    line = body.clavicle + 0.12 * np.exp(-4.0 * side) + 0.03 * np.sin(9.0 * side)
    shaft = step(0.026 - np.abs(y - line), SHARP) * step(side - 0.10, SHARP)
    reach = body.rib_cage + body.flank - 0.16
    clavicle = shaft * step(reach - side, SHARP)
    head = np.hypot(side - reach - 0.09, (y - body.clavicle - 0.12) * 0.9)
    blade = step(0.11 - np.abs(side - reach + 0.06 + 0.25 * (y + 0.3)), 0.02)
    blade *= step(0.28 - np.abs(y + 0.3), SOFT)
    return 0.34 * clavicle + 0.22 * step(0.13 - head, SOFT) + 0.07 * blade
