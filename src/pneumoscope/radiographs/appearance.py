"""What a radiograph looks like at a glance: how bright, how full of contrast, which way up."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pneumoscope.radiographs.orientation import orientation_of

_SIDE = 32
"""Pixels a side that suffice for a glance."""


@dataclass(frozen=True)
class Appearance:
    """A glance at one radiograph.

    Attributes:
        brightness: Mean grey level, 0 to 255.
        contrast: Grey levels between the 5th and the 95th percentile.
        orientation: How it looks if not like an upright frontal film, such as "inverted and
            mirrored", or an empty string.
    """

    brightness: float
    contrast: float
    orientation: str


def appearance_of(pixels: NDArray[np.uint8]) -> Appearance:
    """Look at a radiograph; uint8 (height, width), at any scale."""
    step = max(1, min(pixels.shape) // (2 * _SIDE))  # averaging every pixel takes twice as long
    small: NDArray[np.uint8] = cv2.resize(
        pixels[::step, ::step], (_SIDE, _SIDE), interpolation=cv2.INTER_AREA
    ).astype(np.uint8, copy=False)
    counted = np.cumsum(np.bincount(small.ravel(), minlength=256))
    low, high = np.searchsorted(counted, [0.05 * small.size, 0.95 * small.size])
    return Appearance(float(small.mean()), float(high) - float(low), orientation_of(small))
