"""The domain classifier: a classifier two-sample test of two groups of films."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import BoolArray, FloatArray, Owners
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.ranking import auroc
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.verdict import stretched, widened
from pneumoscope.robustness.records import SingleFeature

FOLDS = 5
TREES, RATE = 40, 0.15
FEWEST_FILMS, FEWEST_PATIENTS = 20, 10
"""Of each group; with fewer, what a classifier finds is chance."""

CROSS_FITTED = math.sqrt(2)
"""How much further a cross-fitted AUROC strays from 0.5 by chance than its films do.

What a classifier learnt by chance from some patients pays on others as often as the reverse: the
folds move together, which doubles the variance where nothing can be told (a degenerate
U-statistic: Serfling 1980, Approximation Theorems of Mathematical Statistics, section 5.5).
"""

COMPARISONS = 4
"""Two classes in two splits, which a report tells at once."""


def too_few(group: BoolArray, patient: Owners, names: tuple[str, str]) -> str | None:
    """Say why two groups cannot be compared, or None if they can.

    Args:
        group: Shape (n,), true for the second group.
        patient: Shape (n,), the key of the patient behind each film.
        names: What the groups are called, the first one first.
    """
    for name, members in zip(names, (~group, group), strict=True):
        films, patients = int(members.sum()), len(np.unique(patient[members]))
        if films < FEWEST_FILMS or patients < FEWEST_PATIENTS:
            return (
                f"at least {FEWEST_FILMS} films of {FEWEST_PATIENTS} patients are needed, {name} "
                f"has {films} of {patients}"
            )
    return None


def domain_auroc(
    features: pd.DataFrame,
    group: BoolArray,
    patient: Owners,
    confidence: float,
    seed: int,
) -> Estimate:
    """Ask classifiers that never saw a film's patient which group it is of.

    Args:
        features: One row a film.
        group: Shape (n,), true for the second group; `too_few` found nothing wrong with it.
        patient: Shape (n,), the key of the patient behind each film.
        confidence: Coverage, of all `COMPARISONS` together, in (0, 1).
        seed: Seed of the folds.

    Returns:
        The AUROC, with an interval that allows for the cross-fitting and holds together with
        those of the other class and split. Below 0.5 it tells as much as above.

    Source: Lopez-Paz and Oquab 2017, arXiv:1610.06545.
    """
    score, fold = held_out(features, group, patient, seed)
    sample = Sample.of(group, ranks_within(score, fold), patient)
    found = stretched(widened(auroc(sample, confidence).estimate, COMPARISONS), CROSS_FITTED)
    return found.mapped(lambda bound: min(1.0, max(0.0, bound)))


def held_out(
    features: pd.DataFrame, group: BoolArray, patient: Owners, seed: int
) -> tuple[FloatArray, NDArray[np.intp]]:
    """Ask about every film a classifier that never saw its patient.

    Args:
        features: One row a film.
        group: Shape (n,), true for the second group; `too_few` found nothing wrong with it.
        patient: Shape (n,), the key of the patient behind each film.
        seed: Seed of the folds.

    Returns:
        The probability of the second group and the number of the fold, each of shape (n,).
    """
    # Loading scikit-learn takes half a second, which listing the pipelines need not wait for.
    from sklearn.model_selection import StratifiedGroupKFold

    found, fold = np.empty(len(group)), np.empty(len(group), dtype=np.intp)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for number, (fitted, asked) in enumerate(folds.split(features, group, patient)):
        found[asked] = probabilities(features.iloc[fitted], group[fitted], features.iloc[asked])
        fold[asked] = number
    return found, fold


def ranks_within(score: FloatArray, fold: NDArray[np.intp]) -> FloatArray:
    """Replace probabilities by their ranks within each fold, in (0, 1].

    Those of different folds are of different classifiers: pooled as they are they pull the AUROC
    of groups that cannot be told apart below 0.5.
    """
    return np.asarray(pd.Series(score).groupby(fold).rank(pct=True), dtype=np.float64)


def probabilities(fitted: pd.DataFrame, group: BoolArray, asked: pd.DataFrame) -> FloatArray:
    """Fit gradient boosting, both groups weighing alike, and ask it about other films.

    Source: Friedman 2002, stochastic gradient boosting.

    Args:
        fitted: One row a film.
        group: Shape (n,), true for the second group.
        asked: Other films, the same columns.

    Returns:
        Shape (len(asked),), the probability of the second group.
    """
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.utils.class_weight import compute_sample_weight

    # On one core: boosting in threads takes a hundred times as long where cores are shared.
    boosting = GradientBoostingClassifier(
        n_estimators=TREES,
        learning_rate=RATE,
        subsample=0.5,
        max_features="sqrt",
        random_state=0,
    )
    weights = compute_sample_weight("balanced", group)
    boosting.fit(fitted.to_numpy(), group, sample_weight=weights)
    return np.asarray(boosting.predict_proba(asked.to_numpy())[:, 1])


def single_features(features: pd.DataFrame, group: BoolArray) -> list[SingleFeature]:
    """Return how well each number tells the groups apart on its own, the best first.

    Args:
        features: One row a film.
        group: Shape (n,), true for the second group, both there.
    """
    from sklearn.metrics import roc_auc_score

    found = []
    for name in features:
        values = features[name].to_numpy()
        auroc = float(roc_auc_score(group, values))
        medians = float(np.median(values[~group])), float(np.median(values[group]))
        found.append(SingleFeature(str(name), max(auroc, 1 - auroc), auroc > 0.5, medians))
    return sorted(found, key=lambda one: -one.auroc)
