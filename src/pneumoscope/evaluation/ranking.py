"""AUROC and average precision of radiographs clustered in patients."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import expit, logit, stdtrit

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import (
    Measured,
    degrees_of_freedom,
    too_few_patients,
)
from pneumoscope.evaluation.proportions import clopper_pearson
from pneumoscope.evaluation.sample import Sample

_ROUNDING = 1e-12
_NO_SPREAD = "no patient moves it, so that its spread cannot be estimated"
_FEW_MOVE_IT = "one patient or two move it most, so that its spread cannot be estimated"
_FEWEST = 2.0
"""Degrees of freedom below which an interval of Student's t is no estimate of a spread."""
NO_PNEUMONIA = "no radiograph is PNEUMONIA"
NO_NORMAL = "no radiograph is NORMAL"


@dataclass(frozen=True, eq=False)
class Spread:
    """What patients move a statistic by, through their PNEUMONIA and their NORMAL radiographs.

    Attributes:
        pneumonia: Shape (patients,).
        normal: Shape (patients,).
        with_pneumonia: Number of patients with a PNEUMONIA radiograph.
        with_normal: Number of patients with a NORMAL one.
    """

    pneumonia: FloatArray
    normal: FloatArray
    with_pneumonia: int
    with_normal: int

    @property
    def influence(self) -> FloatArray:
        """Shape (patients,), by how much each patient moves the statistic."""
        return self.pneumonia + self.normal

    @cached_property
    def variance(self) -> float:
        """The variance of the statistic between samples of patients.

        Source: Obuchowski 1997, doi:10.2307/2533958; with one radiograph a patient that of
            DeLong and others 1988.
        """
        patients = self.pneumonia.size
        first = _ratio(self.with_pneumonia) * float(self.pneumonia @ self.pneumonia)
        second = _ratio(self.with_normal) * float(self.normal @ self.normal)
        return first + second + 2 * _ratio(patients) * float(self.pneumonia @ self.normal)

    @property
    def degrees_of_freedom(self) -> float:
        """How well that variance is known."""
        return degrees_of_freedom(
            [(self.pneumonia, self.with_pneumonia), (self.normal, self.with_normal)]
        )

    def minus(self, other: "Spread") -> "Spread":
        """Return the spread of the difference from another statistic of the same radiographs."""
        return Spread(
            self.pneumonia - other.pneumonia,
            self.normal - other.normal,
            self.with_pneumonia,
            self.with_normal,
        )


def auroc(sample: Sample, confidence: float) -> Measured:
    """Estimate the AUROC with an interval over patients.

    The interval is symmetric on the logit scale, from Obuchowski's variance and Student's t, but
    no wider than the exact one of a proportion of as many independent pairs of a PNEUMONIA and a
    NORMAL radiograph as can be made without using a patient twice: all pairs together vary less
    than these. Without a misranked pair it is the exact one.

    Args:
        sample: The radiographs.
        confidence: Coverage of the interval, in (0, 1).

    Source: Obuchowski 1997, doi:10.2307/2533958; Pepe 2003, The Statistical Evaluation of
        Medical Tests, section 5.2.6, for the logit; Hoeffding 1963, section 5, for the pairs.
    """
    missing = _absent(sample)
    if missing:
        return Measured(Estimate(None, reason=missing), np.zeros(sample.patients))
    value, spread = auroc_spread(sample)
    fewest = min(spread.with_pneumonia, spread.with_normal)
    pairs = min(fewest, sample.patients // 2)
    if fewest < 2:
        return Measured(Estimate(value, reason=_too_few(spread)), spread.influence)
    exact = Estimate(value, *clopper_pearson(value, pairs, confidence))
    if min(value, 1 - value) < _ROUNDING:
        return Measured(replace(exact, value=round(value)), spread.influence, pairs)
    found = _no_wider(_on_logits(value, spread, confidence), exact)
    return Measured(found, spread.influence, pairs)


def average_precision(sample: Sample, confidence: float) -> Measured:
    """Estimate the average precision with an interval over patients, symmetric on the logits.

    There is none where the variance is not known: nothing bounds it as pairs bound the AUROC's.

    Args:
        sample: The radiographs.
        confidence: Coverage of the interval, in (0, 1).

    Source: Boyd, Eng and Page 2013, doi:10.1007/978-3-642-40994-3_29, for the logit.
    """
    if not sample.label.any():
        return Measured(Estimate(None, reason=NO_PNEUMONIA), np.zeros(sample.patients))
    value, spread = _precision_spread(sample)
    if min(spread.with_pneumonia, spread.with_normal) < 2:
        return Measured(Estimate(value, reason=_too_few(spread)), spread.influence)
    if 1 - value < _ROUNDING:
        return Measured(Estimate(1.0, reason=_NO_SPREAD), spread.influence)
    if spread.variance > _ROUNDING**2 and spread.degrees_of_freedom < _FEWEST:
        return Measured(Estimate(value, reason=_FEW_MOVE_IT), spread.influence)
    return Measured(_on_logits(value, spread, confidence), spread.influence)


def auroc_spread(sample: Sample) -> tuple[float, Spread]:
    """Return the AUROC, in n log n, and what each patient moves it by.

    Args:
        sample: Radiographs of both classes.
    """
    from scipy.stats import rankdata

    positive, score = sample.label, sample.score
    ranks, positives = rankdata(score), int(positive.sum())
    negatives = positive.size - positives
    # The share of the other class that each radiograph is ranked rightly against; ties half.
    above = (ranks[positive] - rankdata(score[positive])) / negatives
    below = 1 - (ranks[~positive] - rankdata(score[~positive])) / positives
    value = float(above.mean())
    moved = np.empty(positive.size)
    moved[positive], moved[~positive] = (above - value) / positives, (below - value) / negatives
    return value, _by_class(sample, moved)


def _precision_spread(sample: Sample) -> tuple[float, Spread]:
    order = np.argsort(-sample.score, kind="stable")
    positive = sample.label[order]
    last_of_tie = np.append(np.diff(sample.score[order]) != 0, True)
    step = np.cumsum(last_of_tie) - last_of_tie
    hits = np.cumsum(positive)[last_of_tie].astype(np.float64)
    called = np.flatnonzero(last_of_tie) + 1.0
    gained, positives = np.diff(hits, prepend=0.0), hits[-1]
    precision = hits / called
    value = float(gained @ precision / positives)
    # A radiograph counts among the called at its own step and at all that follow.
    helped = _from_here_on(gained * (called - hits) / called**2)
    harmed = _from_here_on(gained * hits / called**2)
    moved = np.empty(positive.size)
    moved[order] = np.where(positive, (precision - value + helped)[step], -harmed[step]) / positives
    return value, _by_class(sample, moved)


def _from_here_on(values: FloatArray) -> FloatArray:
    return np.asarray(np.cumsum(values[::-1])[::-1])


def _by_class(sample: Sample, moved: FloatArray) -> Spread:
    def summed(members: BoolArray) -> tuple[FloatArray, int]:
        by_patient = sample.by_patient(np.where(members, moved, 0.0))
        return by_patient, int((sample.by_patient(members) > 0).sum())

    (pneumonia, with_pneumonia), (normal, with_normal) = map(summed, (sample.label, ~sample.label))
    return Spread(pneumonia, normal, with_pneumonia, with_normal)


def _on_logits(value: float, spread: Spread, confidence: float) -> Estimate:
    if spread.variance < _ROUNDING**2:
        return Estimate(value, reason=_NO_SPREAD)
    error = np.sqrt(spread.variance) / (value * (1 - value))
    reach = float(stdtrit(spread.degrees_of_freedom, (1 + confidence) / 2)) * error
    low, high = expit(logit(value) + np.array([-reach, reach]))
    return Estimate(value, float(low), float(high))


def _no_wider(found: Estimate, exact: Estimate) -> Estimate:
    """Keep of two intervals the nearer bound on either side, where there are two."""
    if found.bounds is None or exact.bounds is None:
        return found
    (low, high), (least, most) = found.bounds, exact.bounds
    return Estimate(found.value, max(low, least), min(high, most))


def _ratio(count: int) -> float:
    return count / (count - 1) if count > 1 else np.nan


def _absent(sample: Sample) -> str | None:
    if not sample.label.any():
        return NO_PNEUMONIA
    return None if not sample.label.all() else NO_NORMAL


def _too_few(spread: Spread) -> str:
    fewest = min(spread.with_pneumonia, spread.with_normal)
    return too_few_patients(fewest, " with radiographs of each class")
