"""Two groups of films told apart by simple numbers alone."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.evaluation.ranking import auroc
from pneumoscope.evaluation.sample import Sample
from pneumoscope.options import EvaluationOptions

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

FOLDS = 5
TREES, RATE = 40, 0.15
FEWEST_FILMS, FEWEST_PATIENTS = 20, 10
"""Of each group; with fewer, what a classifier finds is chance."""


def too_few(group: BoolArray, patient: NDArray[np.str_], names: tuple[str, str]) -> str | None:
    """Say why two groups cannot be compared, or None if they can.

    Args:
        group: Shape (n,), true for the second group.
        patient: Shape (n,), the key of the child behind each film.
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


def held_out(
    features: pd.DataFrame, group: BoolArray, patient: NDArray[np.str_], seed: int
) -> tuple[FloatArray, NDArray[np.intp]]:
    """Ask about every film a classifier that never saw its patient.

    Args:
        features: One row a film.
        group: Shape (n,), true for the second group; `too_few` found nothing wrong with it.
        patient: Shape (n,), the key of the child behind each film.
        seed: Seed of the folds.

    Returns:
        The probability of the second group and the number of the fold, each of shape (n,).
    """
    # Loading scikit-learn takes half a second, which listing the pipelines need not wait for.
    from sklearn.model_selection import StratifiedGroupKFold

    told, fold = np.empty(len(group)), np.empty(len(group), dtype=np.intp)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for number, (fitted, asked) in enumerate(folds.split(features, group, patient)):
        told[asked] = probabilities(features.iloc[fitted], group[fitted], features.iloc[asked])
        fold[asked] = number
    return told, fold


def ranks_within(told: FloatArray, fold: NDArray[np.intp]) -> FloatArray:
    """Replace probabilities by their ranks within each fold, in (0, 1].

    Those of different folds are of different classifiers: pooled as they are they pull the AUROC
    of groups that cannot be told apart below 0.5.
    """
    return np.asarray(pd.Series(told).groupby(fold).rank(pct=True), dtype=np.float64)


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


def estimate_auroc(
    group: BoolArray, score: FloatArray, patient: NDArray[np.str_], options: EvaluationOptions
) -> dict[str, Any]:
    """Return the AUROC of scores for the second group: value, low, high, and a reason if None."""
    return asdict(auroc(Sample.of(group, score, patient), options.confidence).estimate)


def single_strengths(features: pd.DataFrame, group: BoolArray) -> list[Mapping[str, Any]]:
    """Return how well each number tells the groups apart on its own, the most telling first.

    Args:
        features: One row a film.
        group: Shape (n,), true for the second group, both there.

    Returns:
        For each feature its name, the auroc in [0.5, 1], whether it is higher in the second
        group, and the medians of both groups.
    """
    from sklearn.metrics import roc_auc_score

    found: list[dict[str, Any]] = []
    for name in features:
        values = features[name].to_numpy()
        auroc = float(roc_auc_score(group, values))
        found.append(
            {
                "feature": str(name),
                "auroc": max(auroc, 1 - auroc),
                "higher": auroc > 0.5,
                "medians": [float(np.median(values[part])) for part in (~group, group)],
            }
        )
    return sorted(found, key=lambda row: -row["auroc"])
