"""Which distance is too far: a conformal quantile over the patients of validation."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.counts import counted
from pneumoscope.decimals import percent
from pneumoscope.errors import InputError
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import ALPHA, Verdict, difference, judge_excess
from pneumoscope.out_of_distribution.records import FalseAlarms

CUTS = 256
"""Distances kept at most, so that a model's contract stays small; the farthest are all there."""

ROUNDED = 0.02
"""Steps that are added to distances of validation: by less, another batch size, processor or
runtime makes the same radiograph lie farther."""

_ROUNDING = 1e-9


def limit_false_alarms(
    distance: FloatArray, patients: NDArray[np.str_], asked: float, fingerprint: str
) -> FalseAlarms:
    """Choose the distance beyond which a radiograph like those of validation rarely lies.

    A new patient's radiograph is beyond it with a probability of at most the promised share, if
    that patient is exchangeable with those of validation: each patient counts once, however many
    radiographs there are. Below 1 in (patients + 1) nothing can be promised. What lies beyond by
    no more than rounding (`ROUNDED`) is not.

    Args:
        distance: Shape (n,), of validation, which no distance was fitted on.
        patients: Shape (n,), the key of the patient behind each.
        asked: Share of false alarms, in (0, 1).
        fingerprint: Which model measured them.

    Source: Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World; over patients
        as Lee, Barber and Willett 2023, arXiv:2306.06342.
    """
    keys, patient, counts = np.unique(patients, return_inverse=True, return_counts=True)
    if not len(keys):
        raise InputError("validation radiographs", "none", "Set `split.validation_share`.")
    cuts, place = np.unique(distance, return_inverse=True)
    weights = np.bincount(place, weights=1 / counts[patient], minlength=len(cuts))
    beyond = np.append(np.cumsum(weights[::-1])[::-1][1:], 0.0)
    shares = (1 + beyond) / (len(keys) + 1)
    promised = max(asked, 1 / (len(keys) + 1))
    # Shares fall from cut to cut: the first that is small enough ends what counts as usual.
    first = int(np.argmax(shares <= promised + _ROUNDING))
    kept = _kept(len(cuts), first)
    cuts = cuts + ROUNDED
    return FalseAlarms(
        fingerprint=fingerprint,
        asked=asked,
        promised=promised,
        patients=len(keys),
        radiographs=len(distance),
        threshold=float(cuts[first]),
        cuts=cuts[kept].tolist(),
        shares=shares[kept].tolist(),
        reason=_too_few(len(keys), asked) if promised > asked else None,
    )


def flags_more(found: Estimate, promised: float, patients: int) -> bool:
    """Tell whether more of other films is shown to be flagged than of films like validation's.

    What was promised holds on average over validations. Of the one that there is, the limit lies
    nearer or farther by chance, and what lies beyond it follows a beta distribution.

    Args:
        found: Share of other films that is flagged, with its interval.
        promised: Share that the limit promises.
        patients: Patients of validation that it was read off.

    Source: Vovk 2012, Conditional validity of inductive conformal predictors, proposition 2.
    """
    above = promised * (patients + 1)
    tails = [ALPHA / 2, 1 - ALPHA / 2]
    low, high = map(float, betaincinv(above, patients + 1 - above, tails))
    more = difference(found, Estimate(promised, low, high))
    return judge_excess(more, 0.0) is Verdict.SHOWN


def shares_beyond(limits: FalseAlarms, distance: FloatArray) -> FloatArray:
    """Return the share of validation that lies as far, itself counted, (n,): a p value."""
    place = np.searchsorted(np.asarray(limits.cuts), distance, side="left")
    return np.append(1.0, limits.shares)[place]


def is_beyond(limits: FalseAlarms, distance: FloatArray) -> BoolArray:
    """Tell which distances are too far, shape (n,)."""
    return np.asarray(distance > limits.threshold)


def _kept(count: int, first: int) -> NDArray[np.intp]:
    """Choose the farthest cuts, the threshold, and others evenly spread."""
    spread = np.linspace(0, count - 1, CUTS // 2).round().astype(np.intp)
    farthest = np.arange(max(0, count - CUTS // 2 + 1), count)
    return np.unique(np.concatenate([spread, farthest, [first]]))


def _too_few(patients: int, asked: float) -> str:
    needed = math.ceil(1 / asked - _ROUNDING) - 1
    known = counted(patients, "patient")
    return f"validation has {known}, and {percent(asked)} of false alarms takes {needed:,}"
