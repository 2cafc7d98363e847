"""What a radiograph looks like at a glance: how bright, how full of contrast, which way up."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pneumoscope.radiographs.orientation import orientation_of

_SIDE = 64
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
    small: NDArray[np.uint8] = cv2.resize(
        pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA
    ).astype(np.uint8, copy=False)
    low, high = np.percentile(small, [5, 95])
    return Appearance(float(small.mean()), float(high - low), orientation_of(small))
