"""Films described by what lies outside the centre: standardised numbers and components."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pneumoscope.arrays import FloatArray
from pneumoscope.ingestion.acquisition import peripheries
from pneumoscope.naming import Column
from pneumoscope.radiographs.acquisition import ACQUISITION

if TYPE_CHECKING:
    from sklearn.decomposition import PCA

ASPECT = "aspect"
NUMBERS = {**ACQUISITION, ASPECT: "width over height"}
"""What is measured of each film, and what reports call it."""

MOST_FITTED = 4000
"""Films of train that components are fitted on; more add nothing but time."""

_FARTHEST = 3.0
"""Standard deviations at which a number is cut off, so that one odd film makes no group."""


def numbers_of(films: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of `NUMBERS`.

    Args:
        films: Rows of the manifest, with the columns of the acquisition table.
    """
    aspect = films[Column.WIDTH].astype(float) / films[Column.HEIGHT]
    return films.assign(**{ASPECT: aspect})[list(NUMBERS)].astype(float)


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
    def fit(cls, train: pd.DataFrame, components: int, seed: int) -> "Descriptor":
        """Fit numbers and components on films of train.

        Args:
            train: Rows of the manifest, with the columns of the acquisition table.
            components: Principal components at most.
            seed: Which films are taken where there are many.
        """
        from sklearn.decomposition import PCA

        fitted = train.sample(min(len(train), MOST_FITTED), random_state=seed)
        numbers = numbers_of(fitted).to_numpy()
        spread = numbers.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        pixels = peripheries(fitted).astype(np.float64)
        found = PCA(min(components, *pixels.shape), svd_solver="covariance_eigh").fit(pixels)
        total = float(found.explained_variance_.sum()) / len(NUMBERS)
        return cls(numbers.mean(axis=0), spread, found, float(np.sqrt(total)) or 1.0)

    def standardised(self, films: pd.DataFrame) -> FloatArray:
        """Return the numbers of each film in standard deviations from the mean of train."""
        apart = (numbers_of(films).to_numpy() - self.mean) / self.spread
        return np.clip(apart, -_FARTHEST, _FARTHEST)

    def describe(self, films: pd.DataFrame) -> FloatArray:
        """Describe films: float64 (n, numbers and components)."""
        components = self.components.transform(peripheries(films).astype(np.float64))
        return np.hstack([self.standardised(films), components / self.scale])
