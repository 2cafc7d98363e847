"""Estimates with each patient's influence, so that they can be combined and compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.estimate import Estimate

_ROUNDING = 1e-12
ALIKE = "the two are alike on every patient, which shows nothing of how far they may differ"


@dataclass(frozen=True, eq=False)
class Measured:
    """An estimate from radiographs of which some are of one patient.

    Attributes:
        estimate: The value with its interval, or the reason why one is missing.
        influence: Shape (patients,), by how much each patient moves the value; sums to 0
            (Taylor linearisation: Wolter 2007, Introduction to Variance Estimation, chapter 6).
        units: Independent units that the value is a share of, for an exact bound where none of
            them errs; 0 where it is no such share.
    """

    estimate: Estimate
    influence: FloatArray
    units: int = 0

    def mapped(self, function: Callable[[float], float], slope: float) -> "Measured":
        """Apply a rising function, whose slope at the value is given, to value and bounds."""
        return Measured(self.estimate.mapped(function), slope * self.influence)


def mean_of(first: Measured, second: Measured) -> Measured:
    """Average two estimates on the same radiographs.

    The distances of the bounds from the values are carried over (MOVER), together with the
    correlation of the two; 1, which gives the widest interval, where it is undefined.

    Source: Zou and Donner 2008, doi:10.1002/sim.3095.
    """
    influence = (first.influence + second.influence) / 2
    one, other = first.estimate, second.estimate
    middle = None if one.value is None or other.value is None else (one.value + other.value) / 2
    missing = _missing(one, other)
    if middle is None or missing:
        return Measured(Estimate(middle, reason=missing), influence)
    shared = _correlation(first.influence, second.influence, otherwise=1.0)
    (below, above), (other_below, other_above) = _distances(one), _distances(other)
    return Measured(
        Estimate(
            middle,
            middle - _length(below, other_below, shared) / 2,
            middle + _length(above, other_above, shared) / 2,
        ),
        influence,
    )


def paired_difference(first: Measured, second: Measured, confidence: float) -> Estimate:
    """Subtract the second of two estimates on the same radiographs from the first.

    The interval is that of MOVER, from both intervals and the correlation of the two. Where no
    patient tells the two apart, it is the exact bound on how often one could have.

    Args:
        first: Measured on some radiographs.
        second: Measured on the same radiographs.
        confidence: Coverage of both intervals, in (0, 1).

    Source: Zou and Donner 2008, doi:10.1002/sim.3095; Newcombe 1998, Statistics in Medicine
        17, 2635, for paired proportions.
    """
    one, other = first.estimate, second.estimate
    value = None if one.value is None or other.value is None else one.value - other.value
    missing = _missing(one, other)
    if value is None or missing:
        return Estimate(value, reason=missing)
    if abs(value) < _ROUNDING and _equal(first.influence, second.influence):
        units = min(first.units, second.units)
        bound = none_in(units, confidence) if units else None
        return Estimate(0.0, reason=ALIKE) if bound is None else Estimate(0.0, -bound, bound)
    # One more patient could tell the two apart: no correlation is known to be perfect.
    most = 1 - 1 / first.influence.size
    shared = -min(most, _correlation(first.influence, second.influence, otherwise=0.0))
    (below, above), (other_below, other_above) = _distances(one), _distances(other)
    return Estimate(
        value,
        value - _length(below, other_above, shared),
        value + _length(above, other_below, shared),
    )


def student_interval(
    value: float, influence: FloatArray, confidence: float, least: float = 0.0
) -> Estimate:
    """Return a value with an interval symmetric about it, or why there is none.

    Args:
        value: What patients move.
        influence: Shape (patients,), by how much each does; sums to 0.
        confidence: Coverage of the interval, in (0, 1).
        least: Variance that is known to be there, whatever these patients show.
    """
    patients = influence.size
    if patients < 2:
        return Estimate(value, reason=too_few_patients(patients))
    variance = max(least, patients / (patients - 1) * float(influence @ influence))
    freedom = degrees_of_freedom([(influence, patients)])
    reach = float(stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(variance))
    return Estimate(value, value - reach, value + reach)


def degrees_of_freedom(parts: Sequence[tuple[FloatArray, int]]) -> float:
    """Return how well a variance is known: little where few patients carry most of it.

    Args:
        parts: What patients move a statistic by, shape (patients,), in independent parts, each
            with the number of patients that it is of.

    Source: Satterthwaite 1946, with the fourth moments as they are in place of those of normal
        deviates; one degree is taken off for estimating these.
    """
    squares = [float(moved @ moved) for moved, _ in parts]
    noise = sum(
        float((moved**4).sum()) - square**2 / count
        for (moved, count), square in zip(parts, squares, strict=True)
    )
    most = min(count for _, count in parts) - 1.0
    return min(most, max(1.0, 2 * sum(squares) ** 2 / noise - 1)) if noise > 0 else most


def too_few_patients(patients: int, having: str = "") -> str:
    """Say why so few patients give no interval."""
    return f"an interval needs two patients or more{having}, received {patients}"


def none_in(units: int, confidence: float) -> float:
    """Return the upper bound on a share of which none was found among independent units.

    Args:
        units: How many there are, 1 or more.
        confidence: Coverage of the two-sided interval of which this is one end, in (0, 1).

    Source: Clopper and Pearson 1934.
    """
    return float(1 - ((1 - confidence) / 2) ** (1 / units))


def _missing(first: Estimate, second: Estimate) -> str | None:
    """Say why two estimates together lack a value, or else an interval."""
    undefined = [one for one in (first, second) if one.value is None]
    unbounded = [one for one in (first, second) if one.bounds is None]
    return next((one.reason for one in (*undefined, *unbounded)), None)


def _distances(estimate: Estimate) -> tuple[float, float]:
    """Return how far the value of a whole estimate lies from both bounds."""
    assert estimate.value is not None and estimate.bounds is not None
    low, high = estimate.bounds
    return estimate.value - low, high - estimate.value


def _length(first: float, second: float, shared: float) -> float:
    """Return the length of the sum of two lengths of this correlation."""
    # Rounding may take it below 0 where the two cancel.
    return float(np.sqrt(max(first**2 + second**2 + 2 * shared * first * second, 0.0)))


def _correlation(first: FloatArray, second: FloatArray, otherwise: float) -> float:
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.clip(first @ second / size, -1, 1)) if size > 0 else otherwise


def _equal(first: FloatArray, second: FloatArray) -> bool:
    # One radiograph moves a share by one of their number.
    return bool(np.abs(first - second).max(initial=0.0) * first.size < 1e-9)
