"""What training radiographs look like, and how far away is too far: plain numbers, as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pneumoscope.evaluation.estimate import Estimate

if TYPE_CHECKING:
    from pneumoscope.arrays import FloatArray


@dataclass(frozen=True)
class Subspace:
    """Where numbers of training radiographs lie: a centre, a few directions, and the rest.

    Attributes:
        centre: Mean, (d,).
        directions: Orthonormal directions of the greatest variance, (k, d).
        variances: Variance along each, (k,).
        rest: Variance in each of the d - k others; None where there are none.
        usual: Median logarithm of the squared distance of radiographs that were not fitted.
        spread: Their median absolute deviation from it, times 1.4826; 1 is one such step.
    """

    centre: Sequence[float]
    directions: Sequence[Sequence[float]]
    variances: Sequence[float]
    rest: float | None
    usual: float
    spread: float

    @cached_property
    def arrays(self) -> "tuple[FloatArray, FloatArray, FloatArray]":
        """Centre (d,), directions (k, d) and variances (k,), made once, for every film."""
        import numpy as np

        centre = np.asarray(self.centre, dtype=np.float64)
        directions = np.reshape(np.asarray(self.directions, dtype=np.float64), (-1, len(centre)))
        return centre, directions, np.asarray(self.variances, dtype=np.float64)


@dataclass(frozen=True)
class Reference:
    """The radiographs that one model was trained on, as new ones are compared with them.

    Attributes:
        fingerprint: SHA-256 of the weights of the model whose features these are.
        radiographs: How many it was fitted on.
        patients: Of how many patients.
        subspaces: Each kind of numbers of `distances.KINDS`.
        ranges: Each pixel number to its 0.5th and 99.5th percentile, for words alone.
    """

    fingerprint: str
    radiographs: int
    patients: int
    subspaces: Mapping[str, Subspace]
    ranges: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class FalseAlarms:
    """Which distance is too far, read off the patients of validation.

    A radiograph beyond `cuts[j]`, up to the next one, is as far as or farther than the share
    `shares[j]` of validation, it itself counted; up to `cuts[0]` the share is 1. All distances
    have `false_alarms.ROUNDED` added, so that rounding moves no film of validation.

    Attributes:
        fingerprint: SHA-256 of the weights, or over those of an ensemble's members.
        asked: Share of false alarms that the user sets.
        promised: Share that validation supports: the one asked for, or else the least.
        patients: Patients of validation.
        radiographs: Their radiographs.
        threshold: A radiograph beyond this distance is out of distribution.
        cuts: Distances, ascending.
        shares: What lies beyond each; (cuts,).
        reason: Why the promised share is not the one asked for; None where it is.
    """

    fingerprint: str
    asked: float
    promised: float
    patients: int
    radiographs: int
    threshold: float
    cuts: Sequence[float]
    shares: Sequence[float]
    reason: str | None = None


@dataclass(frozen=True)
class Contracted:
    """What a model's contract holds, to tell radiographs that are out of distribution.

    Attributes:
        false_alarms: Which distance is too far.
        reference: What distances are measured from; None of an ensemble, whose members have theirs.
        members: Those of an ensemble's members by name, in the order in which an exported ensemble
            gives their features; None of a single model, and where the members' contracts lie
            beside that of the ensemble.
    """

    false_alarms: FalseAlarms
    reference: Reference | None = None
    members: Mapping[str, Reference] | None = None

    @property
    def references(self) -> tuple[Reference, ...]:
        """All that distances are measured from, of the first member first."""
        if self.members is not None:
            return tuple(self.members.values())
        return () if self.reference is None else (self.reference,)


@dataclass(frozen=True)
class Found:
    """Share of radiographs of one kind flagged as out of distribution."""

    radiographs: int
    patients: int
    share: Estimate


@dataclass(frozen=True)
class Detection:
    """What telling radiographs out of distribution comes to on test.

    Attributes:
        fingerprint: SHA-256 of the weights.
        asked: Share of false alarms that the user sets.
        promised: Share that validation supports.
        patients: Patients of validation.
        reason: Why it is not the one asked for; None where it is.
        false_alarms: Test as it is: of radiographs like those of train, this is in error.
        found: Each kind of altered or foreign radiograph.
    """

    fingerprint: str
    asked: float
    promised: float
    patients: int
    reason: str | None
    false_alarms: Found
    found: Mapping[str, Found]
