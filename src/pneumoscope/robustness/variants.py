"""Test films as they are, with parts gone, and degraded: planned first, made when scored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.naming import Column
from pneumoscope.options import RobustnessOptions
from pneumoscope.radiographs.degradations import DEGRADATIONS, lose_detail, recompress
from pneumoscope.radiographs.fields import black_out_centre, keep_border, keep_centre
from pneumoscope.robustness.selection import spread_evenly

if TYPE_CHECKING:
    from pneumoscope.models.training.batches import RadiographArray

Grey = NDArray[np.uint8]
Change = Callable[[Grey, np.random.Generator], Grey]

VARIANT, STRENGTH = "variant", "strength"
"""Columns of `variant_rows`: what was done to a film, and how strongly (NaN: all or nothing)."""

AS_IT_IS = "as it is"
CENTRE_GONE = "centre blacked out"
BORDER_ALONE = "border alone"
CENTRE_ALONE = "centre alone"
SAME_QUALITY = "one JPEG quality"
SAME_ENCODING = "one detail and JPEG quality"
CONDITIONS = (AS_IT_IS, CENTRE_GONE, BORDER_ALONE, CENTRE_ALONE, SAME_QUALITY, SAME_ENCODING)
"""What every test film is scored under."""

DEGRADED_BY = {name: known.label for name, known in DEGRADATIONS.items()}
"""What chosen test films are degraded by, strength after strength; and what reports call it."""


@dataclass(frozen=True)
class Variant:
    """One change, and the films that suffer it.

    Attributes:
        name: One of `CONDITIONS` or `DEGRADATIONS`.
        strength: Of a degradation; None for a condition.
        change: From uint8 (height, width) and a source of draws to the same shape.
        positions: Of the films within test, ascending.
    """

    name: str
    strength: float | None
    change: Change
    positions: NDArray[np.intp]


def plan_variants(rows: pd.DataFrame, options: RobustnessOptions) -> list[Variant]:
    """Plan every condition of every film and every degradation of the chosen ones.

    Args:
        rows: Columns label and patient_id, one row a test film.
        options: Fields, qualities and strengths.
    """
    every, chosen = np.arange(len(rows)), spread_evenly(rows, options.films)
    conditions = [
        Variant(name, None, change, every) for name, change in _conditions(options).items()
    ]
    degraded = [
        Variant(name, float(strength), _degradation(name, strength), chosen)
        for name in DEGRADATIONS
        for strength in getattr(options.strengths, name)
    ]
    return [*conditions, *degraded]


def variant_rows(rows: pd.DataFrame, variants: Sequence[Variant]) -> pd.DataFrame:
    """Give the rows of the planned films, variant by variant.

    Args:
        rows: Columns radiograph_id, patient_id and label, one row a test film.
        variants: The plan.

    Returns:
        Columns radiograph_id, patient_id, label, variant and strength (float, NaN for none).
    """
    known = rows[[Column.RADIOGRAPH_ID, Column.PATIENT_ID, Column.LABEL]]
    copies = [known.iloc[one.positions] for one in variants]
    counts = [len(one.positions) for one in variants]
    strengths = [np.nan if one.strength is None else one.strength for one in variants]
    return pd.concat(copies, ignore_index=True).assign(
        variant=np.repeat([one.name for one in variants], counts),
        strength=np.repeat(strengths, counts),
    )


class VariedRadiographs:
    """An array-like of planned films, each altered when it is read; holds no film.

    Args:
        images: uint8 (n, height, width, 1), the films as they are.
        variants: The plan, in the order of the rows.
        seed: Seed of noise and turns: the same film suffers the same, however it is read.
    """

    def __init__(self, images: "RadiographArray", variants: Sequence[Variant], seed: int) -> None:
        """Line the planned films up; nothing is read yet."""
        self._images, self._variants, self._seed = images, variants, seed
        counts = [len(one.positions) for one in variants]
        self._variant = np.repeat(np.arange(len(variants)), counts)
        self._position = np.concatenate([one.positions for one in variants])
        self.shape = (sum(counts), *images.shape[1:])

    def __getitem__(self, indices: NDArray[np.intp], /) -> Grey:
        """Make the planned films at these indices: uint8 (len(indices), height, width, 1)."""
        films = self._images[self._position[indices]]
        for film, index in zip(films, indices, strict=True):
            number, position = int(self._variant[index]), int(self._position[index])
            rng = np.random.default_rng([self._seed, number, position])
            film[..., 0] = self._variants[number].change(film[..., 0], rng)
        return films


def _conditions(options: RobustnessOptions) -> dict[str, Change]:
    quality = options.equalised_quality
    changes: dict[str, Callable[[Grey], Grey]] = {
        AS_IT_IS: lambda image: image,
        CENTRE_GONE: black_out_centre,
        BORDER_ALONE: partial(keep_border, share=options.border),
        CENTRE_ALONE: keep_centre,
        SAME_QUALITY: partial(recompress, quality=quality),
        SAME_ENCODING: lambda image: recompress(
            lose_detail(image, options.equalised_detail), quality
        ),
    }
    return {name: _undrawn(change) for name, change in changes.items()}


def _undrawn(change: Callable[[Grey], Grey]) -> Change:
    return lambda image, _: change(image)


def _degradation(name: str, strength: float) -> Change:
    return lambda image, rng: DEGRADATIONS[name].apply(image, strength, rng)
