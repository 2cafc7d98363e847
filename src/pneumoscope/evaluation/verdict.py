"""What an interval shows of a difference: the one rule behind every verdict in words."""

import math
from enum import StrEnum
from statistics import NormalDist

from pneumoscope.evaluation.estimate import Estimate

MARGIN = 0.05
"""Bound on a difference of shares, or of AUROCs, below which it matters little in use."""

ALPHA = 0.05
"""Share of false alarms that a verdict allows itself where there is nothing to tell."""


class Verdict(StrEnum):
    """What can be said of a difference."""

    SHOWN = "shown"
    """Its interval excludes 0, and reaches beyond the margin."""

    SMALL = "shown not to exceed the margin"
    """Its whole interval lies within the margin, whether it excludes 0 or not."""

    OPEN = "cannot be told"
    """Neither, or there is no interval."""


def judge(difference: Estimate, margin: float, claims: int = 1) -> Verdict:
    """Judge a difference in either direction; the sign of its value says in which.

    Args:
        difference: With its interval of 95 %.
        margin: What a difference may reach and still be called small; 0 calls none small.
        claims: Verdicts that are given together and fall together: see `widened`.
    """
    bounds = widened(difference, claims).bounds
    if bounds is None:
        return Verdict.OPEN
    low, high = bounds
    if -margin < low and high < margin:
        return Verdict.SMALL
    return Verdict.SHOWN if low > 0 or high < 0 else Verdict.OPEN


def judge_excess(excess: Estimate, margin: float, claims: int = 1) -> Verdict:
    """Judge whether something is larger, by how much it is: smaller counts as not larger.

    Args:
        excess: The difference, above 0 where it is larger, with its interval of 95 %.
        margin: What it may reach and still be called small.
        claims: As in `judge`.
    """
    bounds = widened(excess, claims).bounds
    if bounds is None:
        return Verdict.OPEN
    low, high = bounds
    if high < margin:
        return Verdict.SMALL
    return Verdict.SHOWN if low > 0 else Verdict.OPEN


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Subtract the second estimate from the first, which is of other patients.

    The distance of each bound from its value is carried over, so intervals that are exact or
    lopsided near 0 or 1 give one for the difference that is so too (MOVER).

    Args:
        first: With its interval.
        second: With its interval, of the same confidence; of the same patients, the interval
            of the difference comes out too wide.

    Source: Newcombe 1998, Statistics in Medicine 17, 873, method 10; Zou and Donner 2008,
        doi:10.1002/sim.3095.
    """
    if first.value is None or second.value is None:
        return Estimate(None, reason=first.reason if first.value is None else second.reason)
    value = first.value - second.value
    if first.bounds is None or second.bounds is None:
        return Estimate(value, reason=first.reason if first.bounds is None else second.reason)
    (low, high), (other_low, other_high) = first.bounds, second.bounds
    return Estimate(
        value,
        value - math.hypot(first.value - low, other_high - second.value),
        value + math.hypot(high - first.value, second.value - other_low),
    )


def widened(estimate: Estimate, claims: int) -> Estimate:
    """Widen an interval of 95 % so that several, taken together, hold what one alone does.

    Args:
        estimate: With its interval.
        claims: Intervals that are read together. Each bound moves away from the value by the
            ratio of the normal quantiles (Bonferroni), whatever the intervals share.

    Raises:
        ValueError: There is no claim.
    """
    if claims < 1:
        raise ValueError(f"expected one claim or more, received {claims}")
    return stretched(estimate, _quantile(ALPHA / claims) / _quantile(ALPHA))


def stretched(estimate: Estimate, factor: float) -> Estimate:
    """Move both bounds of an interval away from its value by a factor."""
    if estimate.value is None or estimate.bounds is None or factor == 1:
        return estimate
    low, high = (estimate.value + factor * (end - estimate.value) for end in estimate.bounds)
    return Estimate(estimate.value, low, high, estimate.reason)


def _quantile(both_tails: float) -> float:
    return NormalDist().inv_cdf(1 - both_tails / 2)
