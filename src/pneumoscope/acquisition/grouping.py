"""Films grouped by their periphery: as many groups as two halves of the patients agree on.

Source: Tibshirani and Walther 2005, Cluster validation by prediction strength,
doi:10.1198/106186005X59243.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pneumoscope.acquisition.records import Grouping
from pneumoscope.arrays import FloatArray, Owners

if TYPE_CHECKING:
    from sklearn.cluster import KMeans

HALVINGS = 10
"""Times that the patients are halved."""

MOST_COMPARED = 3000
"""Films that groupings are compared on; more add nothing but time."""

FEWEST_FILMS = 20
"""Of each group in train; with fewer nothing could be measured of it."""

_STARTS = 4
"""Random starts of k-means, of which the best counts."""

_STEPS = 100
"""Steps of k-means at most; the last of them move no film that matters."""

Labels = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Groups:
    """The grouping that was chosen.

    Attributes:
        tried: Every number of groups that was tried.
        fitted: k-means of the one that was chosen; None where none is stable.
    """

    tried: Sequence[Grouping]
    fitted: "KMeans | None"


def choose_groups(
    described: FloatArray, patient: Owners, most: int, stable: float, seed: int
) -> Groups:
    """Take the highest number of groups that are stable and not too small.

    Args:
        described: One row a film of train.
        patient: Shape (n,), the key of the patient behind each film.
        most: Groups at most.
        stable: Prediction strength that a grouping must reach, in (0, 1).
        seed: Seed of halvings and starts.
    """
    # With several threads sums are rounded otherwise, and small films are not worth them.
    from threadpoolctl import threadpool_limits

    tried: list[Grouping] = []
    kept = None
    with threadpool_limits(1):
        for groups in range(2, min(most, len(described) // FEWEST_FILMS) + 1):
            fit = _fit(described, groups, seed)
            strength = prediction_strength(described, patient, groups, seed)
            fewest = int(np.bincount(fit.labels_, minlength=groups).min())
            tried.append(Grouping(groups, strength, fewest))
            if strength >= stable and fewest >= FEWEST_FILMS:
                kept = fit
    return Groups(tried, kept)


def prediction_strength(described: FloatArray, patient: Owners, groups: int, seed: int) -> float:
    """Return how well the groups of one half of the patients hold in the other, in [0, 1].

    Args:
        described: One row a film.
        patient: Shape (n,), the key of the patient behind each film.
        groups: Number of groups, 2 or more.
        seed: Seed of halvings and starts.
    """
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(described))[:MOST_COMPARED])
    films, owner = described[chosen], np.unique(patient[chosen], return_inverse=True)[1]
    owners = int(owner.max()) + 1
    strengths = []
    for _ in range(HALVINGS):
        first = rng.permutation(owners)[owner] < owners / 2
        if min(first.sum(), (~first).sum()) < groups:
            return 0.0
        one, other = _fit(films[first], groups, seed), _fit(films[~first], groups, seed)
        strengths.append(_kept_together(other.labels_, one.predict(films[~first])))
    return float(np.mean(strengths))


def _kept_together(own: Labels, predicted: Labels) -> float:
    """Return the share of pairs of the least stable group that the other half keeps together."""
    shares = []
    for group in np.unique(own):
        counts = np.bincount(predicted[own == group]).astype(float)
        films = counts.sum()
        pairs = films * (films - 1)
        shares.append(float((counts * (counts - 1)).sum() / pairs) if pairs else 0.0)
    return min(shares)


def _fit(described: FloatArray, groups: int, seed: int) -> "KMeans":
    from sklearn.cluster import KMeans

    return KMeans(groups, n_init=_STARTS, max_iter=_STEPS, random_state=seed).fit(described)
