"""Whether a radiograph looks like an upright frontal film, by a template of 16 × 16 weights."""

from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 16
"""Pixels a side of what the template is held against."""

CLIP = 2.5
"""Standard deviations beyond which a pixel, such as one of a mark, weighs no more."""

INVERTED, ON_ITS_SIDE, UPSIDE_DOWN, MIRRORED = "inverted", "on its side", "upside down", "mirrored"

LEAST = {INVERTED: 1.0, ON_ITS_SIDE: 2.0, UPSIDE_DOWN: 3.5, MIRRORED: 3.5}
"""By how much the logit of another way must exceed that of lying upright."""

FALSE_ALARMS = {INVERTED: 0.0, ON_ITS_SIDE: 0.0, UPSIDE_DOWN: 0.0002, MIRRORED: 0.0033}
"""Share of upright films that each is said of: `benchmarks/orientation.py` measures it."""

_UPRIGHT, _MIRROR = 0, 4
_WAYS = {ON_ITS_SIDE: (1, 3, 5, 7), UPSIDE_DOWN: (2, 6), MIRRORED: (_MIRROR,)}

Image = NDArray[np.float32]


def orientation_of(pixels: NDArray[np.uint8]) -> str:
    """Say how a radiograph looks if not upright, black being air and the heart to the right.

    Its own turned, mirrored and inverted copies are held against the template; it looks like
    what has to be undone to make the best of them. See docs/reliability.md for how often that
    is right, and for whom.

    Args:
        pixels: uint8 (height, width), at any scale.

    Returns:
        Some of the ways in `LEAST`, joined by "and", or an empty string.
    """
    return way_of(standardised(pixels))


def way_of(small: Image) -> str:
    """Say the same of a film that was `standardised`."""
    logits = _templates() @ small.ravel()
    # An inverted copy has the logits of the film with the other sign.
    inverted = -logits.min() - logits.max() > LEAST[INVERTED]
    if inverted:
        logits = -logits
    margins = {way: logits[list(ways)].max() - logits[_UPRIGHT] for way, ways in _WAYS.items()}
    shown = [way for way in margins if margins[way] > LEAST[way]]
    likeliest = max(shown, key=margins.__getitem__, default="")
    return " and ".join(filter(None, [INVERTED if inverted else "", likeliest]))


def standardised(pixels: NDArray[np.uint8]) -> Image:
    """Shrink to float32 (16, 16) of mean 0 and variance 1, the proportions left aside."""
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= small.mean()
    return np.clip(small / max(float(small.std()), 1.0), -CLIP, CLIP)


def copies(image: Image) -> list[Image]:
    """Give an image turned by 0, 90, 180 and 270 degrees, then its mirror image likewise."""
    return [np.rot90(way, turns) for way in (image, image[:, ::-1]) for turns in range(4)]


@cache
def template() -> Image:
    """Read the weights of an upright frontal film, float32 (16, 16)."""
    text = files("pneumoscope.radiographs").joinpath("upright.txt").read_text()
    return np.loadtxt(text.splitlines(), dtype=np.float32)


@cache
def _templates() -> Image:
    # Turning the template one way is turning the film the other way.
    return np.stack([way.ravel() for way in copies(template())])
