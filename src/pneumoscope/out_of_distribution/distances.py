"""How far radiographs lie from those of train: by pixels, by layout, by what the model sees."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import FloatArray
from pneumoscope.errors import InputError
from pneumoscope.out_of_distribution.records import Reference
from pneumoscope.out_of_distribution.subspace import fit_subspace, steps_away
from pneumoscope.radiographs.orientation import (
    INVERTED,
    ON_ITS_SIDE,
    UPSIDE_DOWN,
    standardised,
    way_of,
)
from pneumoscope.robustness.features import PIXEL_FEATURES, pixel_features

PIXELS, LAYOUT, FEATURES = "pixels", "layout", "features"
KINDS = {PIXELS: len(PIXEL_FEATURES), LAYOUT: 10, FEATURES: 10}
"""Kinds of numbers, each with the directions in which radiographs may differ from each other."""

ORIENTATION = "orientation"
DISTANCE = "distance"

ODD = (INVERTED, ON_ITS_SIDE, UPSIDE_DOWN)
"""Ways to lie that are out of distribution by themselves; mirrored, 1 of 300 is told wrongly."""

FARTHEST = 1000.0
"""Distance of a radiograph that lies in such a way: beyond what numbers could come to."""

RANGE = (0.5, 99.5)
"""Percentiles of train that a pixel number is told to lie outside of."""

UNITS = {
    **dict.fromkeys(PIXEL_FEATURES, 255.0),
    "entropy": 8.0,
    "black_border": 1.0,
    "sharpness": 10.0,
    "fine_detail": 10.0,
}
"""What pixel numbers, or the logarithms of some, are divided by, so that all span about 1."""

LOGARITHMIC = ("sharpness", "fine_detail")
"""Pixel numbers that span decades: their logarithms are compared."""

LEAST = 1e-4
"""Added to these numbers before the logarithm."""

_LOGARITHMS = [list(PIXEL_FEATURES).index(name) for name in LOGARITHMIC]


def describe(images: NDArray[np.uint8]) -> dict[str, FloatArray]:
    """Compute what is compared of radiographs besides the features of a model.

    Args:
        images: uint8 (n, height, width, 1), as models take them.

    Returns:
        `pixels` (n, 9) as `PIXEL_FEATURES` has them, and `layout` (n, 256): the radiograph at
        16 × 16, of mean 0 and variance 1.
    """
    films = [np.ascontiguousarray(image[..., 0]) for image in images]
    pixels = [list(pixel_features(film).values()) for film in films]
    layout = [standardised(film).ravel() for film in films]
    return {
        PIXELS: np.array(pixels, dtype=np.float64).reshape(len(films), -1),
        LAYOUT: np.array(layout, dtype=np.float64).reshape(len(films), -1),
    }


def orientations(layout: FloatArray) -> list[str]:
    """Say how each radiograph lies where that alone is odd, or give an empty string.

    Args:
        layout: As `describe` gives it, (n, 256).
    """
    ways = [way_of(film) for film in layout.astype(np.float32)]
    return [way if any(odd in way for odd in ODD) else "" for way in ways]


def fit_reference(
    numbers: Mapping[str, FloatArray], patients: NDArray[np.str_], fingerprint: str
) -> Reference:
    """Fit what the radiographs of train look like.

    Args:
        numbers: Each of `KINDS` to its numbers, one row a radiograph, as `describe` and the model
            give them.
        patients: Shape (n,), the key of the patient behind each.
        fingerprint: Of the model that gave the features.
    """
    low, high = np.percentile(numbers[PIXELS], RANGE, axis=0)
    return Reference(
        fingerprint=fingerprint,
        radiographs=len(patients),
        patients=len(np.unique(patients)),
        subspaces={
            kind: fit_subspace(_even(kind, numbers[kind]), patients, directions)
            for kind, directions in KINDS.items()
        },
        ranges=dict(
            zip(PIXEL_FEATURES, zip(low.tolist(), high.tolist(), strict=True), strict=True)
        ),
    )


def measure(
    reference: Reference,
    numbers: Mapping[str, FloatArray],
    turned: Sequence[str] | None = None,
) -> dict[str, NDArray[Any]]:
    """Measure how far radiographs lie from train, one column a kind, and how they lie.

    Args:
        reference: What train looks like.
        numbers: As for `fit_reference`; some of the kinds will do.
        turned: As `orientations` gives it; left out where it is None.

    Returns:
        A column of each kind, (n,), in steps of the usual spread, and `orientation`.
    """
    steps: dict[str, NDArray[Any]] = {
        kind: steps_away(reference.subspaces[kind], _even(kind, found))
        for kind, found in numbers.items()
    }
    return steps if turned is None else {**steps, ORIENTATION: np.array(turned, dtype=object)}


def distance_of(measured: pd.DataFrame | Mapping[str, NDArray[Any]]) -> FloatArray:
    """Return one distance a radiograph, (n,): the farthest of all kinds, or how it lies.

    Args:
        measured: Columns as `measure` gives them.
    """
    steps = [np.asarray(measured[kind], dtype=np.float64) for kind in KINDS]
    farthest = np.minimum(np.fmax.reduce(steps), FARTHEST)
    return np.where(np.asarray(measured[ORIENTATION]) != "", FARTHEST, farthest)


def average(members: Mapping[str, pd.DataFrame], key: list[str]) -> pd.DataFrame:
    """Average what the features of an ensemble's members tell; all else is the same for each.

    Args:
        members: Name to `measure`d radiographs.
        key: Columns that name a radiograph.

    Raises:
        InputError: The members measured different radiographs.
    """
    (first, table), *others = members.items()
    together = table.set_index(key)
    features = [together[FEATURES]]
    for name, other in others:
        aligned = other.set_index(key)[FEATURES].reindex(together.index)
        if len(other) != len(table) or aligned.isna().any():
            raise InputError(
                f"{first} and {name} to have measured the same radiographs",
                f"{len(table)} and {len(other)}, {int(aligned.notna().sum())} of them in both",
                "Run the evaluation of every member again.",
            )
        features.append(aligned)
    return together.assign(**{FEATURES: np.mean(features, axis=0)}).reset_index()


def _even(kind: str, numbers: FloatArray) -> FloatArray:
    """Bring pixel numbers to one scale; those that span decades by their logarithm."""
    if kind != PIXELS:
        return numbers
    even = numbers.copy()
    even[:, _LOGARITHMS] = np.log(even[:, _LOGARITHMS] + LEAST)
    return even / np.array(list(UNITS.values()))
