"""What training that listens to the films a shortcut gets wrong is worth to a head.

    python benchmarks/ablation_listening.py --env kermany --seeds 1 2 3

On frozen features of films as they are, with the cuts and figures of `ablation_cleaning.py`.
*Just Train Twice* (Liu and others 2021, arXiv:2107.09044) weighs films up that a first model gets
wrong: a strongly penalised head, or the audit's model of the periphery. *Group DRO* (Sagawa and
others 2020, arXiv:1911.08731) weighs groups, pseudo-site by class, by their loss; *groups weighed
alike* is where it starts. The test part is never opened.
"""

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ablation import acquired, load
from ablation_cleaning import NONE, ORDER, cell, known
from ablation_cuts import Cut, labels_and_patients
from frozen_features import PENALTY, Pair, all_cuts, fit_head, gains
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

FIRST, UP = 1e-4, (4, 20)
ROUNDS, STEP, BRIEF = 20, 1.0, 10

Weigh = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    """Fit heads in every way on every cut, and print what each is worth."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--env", default="kermany")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--cuts", nargs="+", default=["counter-examples", "pseudo-sites"])
    parser.add_argument("--from", dest="source", type=Path, default=Path("probe"))
    given = parser.parse_args()
    catalog, _ = load(given.env)
    rows = {"train": acquired(catalog), "validation": known(catalog, "validation")}
    features = {
        part: np.load(given.source / f"{part}_{NONE.replace(' ', '_')}.npy") for part in rows
    }
    cuts = all_cuts(rows["train"])
    print(f"| cut | training | {' | '.join(ORDER)} | {' | '.join(ORDER)} |")
    for name in given.cuts:
        compare(name, cuts[name], features, rows, given.seeds)


def ways(features: np.ndarray, rows: Any) -> dict[str, Callable[[int], Any]]:
    """Return ways to fit a head to the films of a cut, by seed."""
    positive, patient = labels_and_patients(rows)
    site = np.unique(rows["pseudo_site"].astype(str), return_inverse=True)[1]
    group = np.unique(2 * site + positive, return_inverse=True)[1]
    periphery = (rows["periphery_score"].to_numpy() >= 0.5) != positive

    def fitted(weigh: Weigh | None) -> Callable[[int], Any]:
        return lambda seed: fit_head(features, positive, patient, seed, weigh)

    found = {NONE: fitted(None)}
    for times in UP:
        found[f"JTT by a first head, x {times}"] = fitted(
            lambda drawn, times=times: raised(
                first_errors(features[drawn], positive[drawn]), times, positive[drawn]
            )
        )
        found[f"JTT by the periphery, x {times}"] = fitted(
            lambda drawn, times=times: raised(periphery[drawn], times, positive[drawn])
        )
    found["groups weighed alike"] = fitted(
        lambda drawn: shared(np.ones(group.max() + 1), group[drawn])
    )
    found["group DRO"] = fitted(
        lambda drawn: worst_groups(features[drawn], positive[drawn], group[drawn])
    )
    return found


def first_errors(features: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Tell which films a strongly penalised head gets wrong."""
    values = StandardScaler().fit_transform(features)
    head = LogisticRegression(C=FIRST, max_iter=300, tol=1e-3, class_weight="balanced")
    return np.asarray(head.fit(values, positive).predict(values) != positive)


def raised(wrong: np.ndarray, times: float, positive: np.ndarray) -> np.ndarray:
    """Weigh films up; both classes weigh alike."""
    weights = np.where(wrong, times, 1.0)
    return shared(np.ones(2), positive.astype(int), weights)


def shared(shares: np.ndarray, group: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Give each group its share of all weight; their mean is 1."""
    weights = np.ones(len(group)) if weights is None else weights
    sums = np.bincount(group, weights, minlength=len(shares))
    shares = np.where(sums > 0, shares, 0.0)
    return np.asarray((shares / shares.sum() / np.maximum(sums, 1))[group] * weights * len(group))


def worst_groups(features: np.ndarray, positive: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Weigh groups by exponentiated gradients of their loss, on average over the later rounds."""
    values = StandardScaler().fit_transform(features)
    head = LogisticRegression(C=PENALTY, max_iter=BRIEF, warm_start=True)
    shares, sums = np.ones(group.max() + 1), []
    for _ in range(ROUNDS):
        with warnings.catch_warnings():
            # A round moves the head a few steps towards the weights of that round.
            warnings.simplefilter("ignore", ConvergenceWarning)
            head.fit(values, positive, sample_weight=shared(shares, group))
        score = head.predict_proba(values)[:, 1]
        inside = [group == one for one in range(len(shares))]
        losses = [
            log_loss(positive[of], score[of], labels=[False, True]) if of.any() else 0.0
            for of in inside
        ]
        shares = shares * np.exp(STEP * np.array(losses))
        shares /= shares.sum()
        sums.append(shares)
    return shared(np.mean(sums[ROUNDS // 2 :], axis=0), group)


def compare(name: str, cut: Cut, features: Any, rows: Any, seeds: list[int]) -> None:
    """Print the lines of a cut: counter films, then validation."""
    inside = rows["train"][cut.train].reset_index(drop=True)
    heads = {
        way: [fit(seed) for seed in seeds]
        for way, fit in ways(features["train"][cut.train], inside).items()
    }
    every = np.ones(len(rows["validation"]), dtype=bool)
    for way in heads:
        cells = [name, way]
        for part, chosen in (("train", cut.counter), ("validation", every)):
            label, owner = labels_and_patients(rows[part])
            asked = features[part][chosen]
            before, after = (
                [head.predict_proba(asked)[:, 1] for head in heads[one]] for one in (NONE, way)
            )
            places = np.arange(chosen.sum())
            pairs = [Pair(places, *both) for both in zip(before, after, strict=True)]
            measured = gains(pairs, label[chosen], owner[chosen])
            cells += [cell(measured[one], way) for one in ORDER]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
