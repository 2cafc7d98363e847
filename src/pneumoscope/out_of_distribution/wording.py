"""Why a radiograph is out of distribution, in words that name what was compared."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.counts import counted_of
from pneumoscope.decimals import percent
from pneumoscope.out_of_distribution.distances import FEATURES, LAYOUT, ORIENTATION, PIXELS
from pneumoscope.out_of_distribution.records import Detection, FalseAlarms, Reference
from pneumoscope.robustness.features import PIXEL_FEATURES

NAMED = 3
"""Pixel numbers that a reason names."""

TOLD = {
    LAYOUT: "bright and dark lie in other places than in the training radiographs",
    FEATURES: "the model sees it unlike the training radiographs",
}

TOGETHER = "brightness, contrast and sharpness go together as in no training radiograph"
"""Said where each pixel number is usual, and only all of them together are not."""


def reasons(
    measured: Mapping[str, NDArray[Any]],
    pixels: FloatArray,
    beyond: BoolArray,
    reference: Reference,
    limits: FalseAlarms,
) -> list[str]:
    """Say why each radiograph is out of distribution; nothing of one that is not.

    Args:
        measured: As `distances.measure` gives it.
        pixels: Shape (n, 9), the pixel numbers.
        beyond: Shape (n,), which radiographs are out of distribution.
        reference: What train looks like.
        limits: Which distance is too far.
    """
    told = [""] * len(beyond)
    for place in np.flatnonzero(beyond):
        row = {name: column[place] for name, column in measured.items()}
        told[place] = "; ".join(_reasons(row, pixels[place], reference, limits))
    return told


def outside_sentence(odd: Sequence[str], read: int, limits: FalseAlarms) -> str:
    """Say how many films are out of distribution, and of how many that would be no news.

    Args:
        odd: Paths of the films that are, one or more.
        read: How many films could be read.
        limits: Which distance is too far.
    """
    shown = ", ".join([*odd[:NAMED], *(["…"] if len(odd) > NAMED else [])])
    return (
        f"{counted_of(len(odd), read, 'film', 'is', 'are')} unlike those that the model was "
        "trained on: "
        f"{shown}. {promise(limits)}"
    )


def promise(limits: FalseAlarms | Detection) -> str:
    """Say of how many films like those of validation are flagged in error."""
    sentence = (
        f"Of films like those of validation, of other patients, at most "
        f"{limits.promised:.1%} are expected to be flagged in error."
    )
    if limits.reason is None:
        return sentence
    return f"{sentence} {percent(limits.asked)} was asked for, but {limits.reason}."


def _reasons(
    row: Mapping[str, Any], numbers: FloatArray, reference: Reference, limits: FalseAlarms
) -> Sequence[str]:
    far = {kind for kind in (PIXELS, *TOLD) if row[kind] > limits.threshold}
    return [
        *([f"looks {row[ORIENTATION]}"] if row[ORIENTATION] else []),
        *([_of_pixels(numbers, reference)] if PIXELS in far else []),
        *(sentence for kind, sentence in TOLD.items() if kind in far),
    ]


def _of_pixels(numbers: FloatArray, reference: Reference) -> str:
    """Name the pixel numbers that lie farthest outside of 99 % of train."""
    outside = {}
    for (name, (low, high)), number in zip(reference.ranges.items(), numbers, strict=True):
        away = max(low - number, number - high) / max(high - low, 1e-9)
        if away > 0:
            label = PIXEL_FEATURES[name].partition(" (")[0]
            verb = "are" if label.endswith("tones") else "is"
            outside[name] = (away, f"{label} {verb} {'low' if number < low else 'high'}")
    farthest = sorted(outside.values(), key=lambda one: -one[0])[:NAMED]
    if not farthest:
        return TOGETHER
    return f"{', '.join(told for _, told in farthest)} for a training radiograph"
