"""Hard films: those of each class whose periphery looks most like the other class."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pneumoscope.arrays import BoolArray, FloatArray, Owners
from pneumoscope.naming import Label
from pneumoscope.robustness.domain_classifier import too_few

_STEPS = 100
"""Shares that are tried: hundredths."""


@dataclass(frozen=True, eq=False)
class HardFilms:
    """The hard films of a part.

    Attributes:
        members: Shape (n,), true where a film is hard; nowhere where there are too few.
        share: Of the films that are hard, in (0, 1]; None where there are too few.
        auroc: With which the periphery tells the class among them; None as above.
        reason: Why there are none; None where there are.
    """

    members: BoolArray
    share: float | None
    auroc: float | None
    reason: str | None


def hard_films(
    label: BoolArray, patient: Owners, score: FloatArray, most_auroc: float
) -> HardFilms:
    """Take as many films as can be had among which the periphery no longer tells the class.

    An equal share of both classes is taken, so that their mix stays that of the part: of NORMAL
    the films that a model of the periphery calls most surely PNEUMONIA, of PNEUMONIA those it
    calls most surely NORMAL. Nothing but these films and that model, which is fitted on train,
    decides. Where the periphery tells nothing in the first place, all films are taken.

    Args:
        label: Shape (n,), true for PNEUMONIA.
        patient: Shape (n,), the key of the patient behind each film.
        score: Shape (n,), probability of PNEUMONIA by the periphery alone, of a model that did
            not see the patient; NaN where none could be fitted.
        most_auroc: AUROC of that probability among the films that are taken, at most; at 0.5 it
            tells nothing, below it points to the other class.
    """
    nothing = np.zeros(len(label), dtype=bool)
    if np.isnan(score).any():
        reason = "train has too few films to learn what the periphery tells"
        return HardFilms(nothing, None, None, reason)
    if not label.any() or label.all():
        return HardFilms(nothing, None, None, "there are films of one class only")
    from sklearn.metrics import roc_auc_score

    surprise = _surprise(label, score)
    for step in range(_STEPS, 0, -1):
        members = surprise <= step / _STEPS
        if len(set(label[members])) < 2:
            continue
        auroc = float(roc_auc_score(label[members], score[members]))
        if auroc <= most_auroc:
            break
    else:
        return HardFilms(nothing, None, None, "the periphery is never mistaken")
    lacking = too_few(label[members], patient[members], (Label.NORMAL, Label.PNEUMONIA))
    if lacking:
        return HardFilms(nothing, None, None, f"too few hard films: {lacking}")
    return HardFilms(members, float(members.mean()), auroc, None)


def _surprise(label: BoolArray, score: FloatArray) -> FloatArray:
    """Return the rank of each film within its class, in (0, 1], the most contrary lowest."""
    contrary = pd.Series(np.where(label, score, -score))
    # Films that cannot be told apart come together, whatever the order of the rows.
    rank = contrary.groupby(label).rank(method="max", pct=True)
    return np.asarray(rank, dtype=np.float64)
