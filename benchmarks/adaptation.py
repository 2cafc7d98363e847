"""Adaptation to films of another site without their labels: scores and features brought home.

Each method takes what a head was fitted on and films of the site without labels, and gives the
probabilities of other films of the site, at the threshold that was locked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

STEPS = 200


@dataclass(frozen=True)
class Home:
    """What is locked where a head was fitted.

    Attributes:
        head: From features to a score whose logit is `decision_function`.
        mean, spread: Of each feature, over the films it was fitted on.
        slope, intercept: From the logit of a score to that of a probability (Platt), on validation.
        prevalence: Share of PNEUMONIA of validation, for which probabilities hold.
        logits: Those of the probabilities of validation.
    """

    head: Any
    mean: np.ndarray
    spread: np.ndarray
    slope: float
    intercept: float
    prevalence: float
    logits: np.ndarray

    def logit_of(self, features: np.ndarray) -> np.ndarray:
        """Return the logit of the probability of PNEUMONIA."""
        return np.asarray(self.intercept + self.slope * self.head.decision_function(features))

    @property
    def threshold(self) -> float:
        """The probability at which the score is 0.5, where the recipe locks it."""
        return float(expit(self.intercept))


def at_home(head: Any, fitted: np.ndarray, features: np.ndarray, positive: np.ndarray) -> Home:
    """Lock a head by films it was fitted on, and by validation."""
    raw = head.decision_function(features)
    platt = LogisticRegression(C=1e6).fit(raw[:, np.newaxis], positive)
    slope, intercept = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    return Home(
        head, fitted.mean(axis=0), fitted.std(axis=0), slope, intercept,
        float(positive.mean()), intercept + slope * raw,
    )  # fmt: skip


def locked(home: Home, _: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Change nothing."""
    return expit(home.logit_of(asked))


def prior_shift(home: Home, seen: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Estimate the share of PNEUMONIA by expectation maximisation, and give it to probabilities.

    Source: Saerens, Latinne and Decaestecker 2002, doi:10.1162/089976602753284446.
    """
    start = share = home.prevalence
    logits = home.logit_of(seen)
    for _ in range(STEPS):
        share = float(expit(logits + logit(share) - logit(start)).mean())
        share = min(max(share, 1e-3), 1 - 1e-3)
    return expit(home.logit_of(asked) + logit(share) - logit(start))


def quantiles(home: Home, seen: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Give scores the distribution that they have on validation."""
    steps = np.linspace(0, 1, 21)
    theirs, ours = (np.quantile(one, steps) for one in (home.logit_of(seen), home.logits))
    far = 30.0
    theirs = np.concatenate([[theirs[0] - far], theirs, [theirs[-1] + far]])
    ours = np.concatenate([[ours[0] - far], ours, [ours[-1] + far]])
    return expit(np.interp(home.logit_of(asked), theirs, ours))


def means(home: Home, seen: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Give every feature the mean that it has in training."""
    return expit(home.logit_of(asked - seen.mean(axis=0) + home.mean))


def means_and_spreads(home: Home, seen: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Give every feature the mean and spread of training, as batch norm of the site would."""
    return expit(home.logit_of(matched(home, seen, asked, len(seen), 0)))


def means_and_spreads_in_part(home: Home, seen: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The same, statistics of training counting as those of 100 films.

    Source: Schneider and others 2020, arXiv:2006.16971.
    """
    return expit(home.logit_of(matched(home, seen, asked, len(seen), 100)))


def matched(home: Home, seen: np.ndarray, asked: np.ndarray, films: int, prior: int) -> np.ndarray:
    """Standardise features as at the site, in part as in training; give them training's scale."""
    ours = prior / (films + prior)
    mean = ours * home.mean + (1 - ours) * seen.mean(axis=0)
    variance = ours * home.spread**2 + (1 - ours) * seen.var(axis=0)
    return (asked - mean) / np.sqrt(variance + 1e-6) * home.spread + home.mean


METHODS: dict[str, Callable[[Home, np.ndarray, np.ndarray], np.ndarray]] = {
    "locked": locked,
    "prior shift (EM)": prior_shift,
    "quantiles of scores": quantiles,
    "means of features": means,
    "means and spreads": means_and_spreads,
    "means and spreads, in part": means_and_spreads_in_part,
}
