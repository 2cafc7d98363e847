"""A synthetic patient's build and position, and the soft shapes that phantoms are drawn from."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

Grid = NDArray[np.floating]

# Widths of an outline's transition, in half film heights.
SHARP, SOFT = 0.012, 0.035


@dataclass(frozen=True)
class Body:
    """One patient's build; lengths in half film heights, x to the film's right, y downwards."""

    rib_cage: float
    apex: float
    dome: float
    flank: float
    heart_width: float
    heart_height: float
    mediastinum: float
    rib_pitch: float
    rib_slope: float
    clavicle: float
    bone: float
    vessels: float
    gas: float

    @classmethod
    def draw(cls, rng: Generator) -> Self:
        """Draw a build at random.

        Args:
            rng: Source of randomness, the patient's own.

        Returns:
            The build.
        """
        return cls(
            rib_cage=rng.uniform(0.74, 0.92),
            apex=rng.uniform(-0.78, -0.66),
            dome=rng.uniform(0.34, 0.52),
            flank=rng.uniform(0.10, 0.24),
            heart_width=rng.uniform(0.33, 0.44),
            heart_height=rng.uniform(0.34, 0.42),
            mediastinum=rng.uniform(0.13, 0.24),
            rib_pitch=rng.uniform(0.150, 0.185),
            rib_slope=rng.uniform(0.10, 0.30),
            clavicle=rng.uniform(-0.72, -0.60),
            bone=rng.uniform(0.75, 1.25),
            vessels=rng.uniform(0.05, 0.16),
            gas=rng.uniform(-0.4, 1.0),
        )


@dataclass(frozen=True)
class Pose:
    """How the patient lies on one film; `turn` in radians, shifts in half film heights."""

    turn: float
    shift_x: float
    shift_y: float
    scale: float
    breath: float

    @classmethod
    def draw(cls, rng: Generator) -> Self:
        """Draw a position at random.

        Args:
            rng: Source of randomness, the film's own.

        Returns:
            The position; `breath` lowers the diaphragm where it is positive.
        """
        turn, shift_x, shift_y = rng.normal(0.0, (0.05, 0.05, 0.06))
        return cls(turn, shift_x, shift_y, rng.uniform(0.98, 1.20), rng.normal(0.0, 0.05))


def value_noise(rng: Generator, shape: tuple[int, int], cells: float) -> Grid:
    """Draw smooth noise of one spatial scale.

    Args:
        rng: Source of randomness.
        shape: Height and width of the result.
        cells: Random knots along the height.

    Returns:
        float32 of the shape asked for, about zero mean, standard deviation below 1.
    """
    height, width = shape
    knots = rng.standard_normal((round(cells) + 3, round(cells * width / height) + 3))
    image = Image.fromarray(knots.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def step(distance: Grid, blur: float) -> Grid:
    """Turn a signed distance into a soft mask.

    Args:
        distance: Positive inside; any unit.
        blur: Width of the transition, in the same unit.

    Returns:
        float32 in (0, 1), 0.5 on the border.
    """
    return (0.5 + 0.5 * np.tanh(distance / np.float32(2 * blur))).astype(np.float32)
