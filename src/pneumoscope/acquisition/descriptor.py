"""Films described by what lies outside the centre: standardised numbers and components."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pneumoscope.arrays import FloatArray, IntArray, SmallFilms
from pneumoscope.radiographs.fields import outside
from pneumoscope.radiographs.measured import ACQUISITION, SMALL_SIDE

if TYPE_CHECKING:
    from sklearn.decomposition import PCA

ASPECT = "aspect"
NUMBERS = {**ACQUISITION, ASPECT: "width over height"}
"""What is measured of each film, and what reports call it."""

MOST_FITTED = 4000
"""Films of train that components are fitted on; more add nothing but time."""

_AT_ONCE = 1024
"""Whole small films in memory at a time."""

_FARTHEST = 3.0
"""Standard deviations at which a number is cut off, so that one odd film makes no group."""


@dataclass(frozen=True, eq=False)
class Films:
    """Films by what was measured of them.

    Attributes:
        aspect: Shape (n,), width over height.
        measured: Gives the columns `ACQUISITION` of some of them.
        small: The small film of each.
    """

    aspect: FloatArray
    measured: Callable[[IntArray], pd.DataFrame]
    small: SmallFilms

    def __len__(self) -> int:
        """Return the number of films."""
        return len(self.aspect)

    def numbers(self, chosen: IntArray) -> FloatArray:
        """Return `NUMBERS` of some films."""
        found = self.measured(chosen).assign(**{ASPECT: self.aspect[chosen]})
        return found[list(NUMBERS)].to_numpy(dtype=float)

    def peripheries(self, chosen: IntArray) -> FloatArray:
        """Return the pixels outside the centre of some small films."""
        periphery = outside(SMALL_SIDE)
        found = np.empty((len(chosen), int(periphery.sum())))
        for start in range(0, len(chosen), _AT_ONCE):
            here = slice(start, start + _AT_ONCE)
            found[here] = self.small[chosen[here]][:, periphery]
        return found


@dataclass(frozen=True, eq=False)
class Descriptor:
    """Turns films into few numbers, fitted on train alone.

    Attributes:
        mean: Of each of `NUMBERS`.
        spread: Standard deviation of each; 1 where all are equal.
        components: Principal components of the peripheries.
        scale: By which the components are divided, so that they weigh as much as the numbers.
    """

    mean: FloatArray
    spread: FloatArray
    components: "PCA"
    scale: float

    @classmethod
    def fit(cls, films: Films, train: IntArray, components: int, seed: int) -> "Descriptor":
        """Fit numbers and components on films of train.

        Args:
            films: All films.
            train: Which of them are of train.
            components: Principal components at most.
            seed: Which films are taken where there are many.
        """
        from sklearn.decomposition import PCA

        drawn = pd.Series(train).sample(min(len(train), MOST_FITTED), random_state=seed)
        fitted = drawn.to_numpy()
        numbers = films.numbers(fitted)
        spread = numbers.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        pixels = films.peripheries(fitted)
        found = PCA(min(components, *pixels.shape), svd_solver="covariance_eigh").fit(pixels)
        total = float(found.explained_variance_.sum()) / len(NUMBERS)
        return cls(numbers.mean(axis=0), spread, found, float(np.sqrt(total)) or 1.0)

    def describe(self, films: Films) -> FloatArray:
        """Describe films: float64 (n, numbers and components).

        Numbers are in standard deviations from the mean of train.
        """
        every, numbers = np.arange(len(films)), len(NUMBERS)
        found = np.empty((len(films), numbers + self.components.n_components_))
        found[:, :numbers] = films.numbers(every)
        for start in range(0, len(every), _AT_ONCE):
            chosen = every[start : start + _AT_ONCE]
            apart = (found[chosen, :numbers] - self.mean) / self.spread
            found[chosen, :numbers] = np.clip(apart, -_FARTHEST, _FARTHEST)
            components = self.components.transform(films.peripheries(chosen))
            found[chosen, numbers:] = components / self.scale
        return found
