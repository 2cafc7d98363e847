"""What the periphery of films comes to, typed: the JSON that the report reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Label, Split


@dataclass(frozen=True)
class PseudoSitePart:
    """The films of a pseudo-site in one split.

    Attributes:
        films: How many.
        patients: Whose they are.
        pneumonia: Share of PNEUMONIA, with an interval over patients.
    """

    films: int
    patients: int
    pneumonia: Estimate


@dataclass(frozen=True)
class PseudoSite:
    """A group of films with alike borders and marks; whether one place took them is not known.

    Attributes:
        splits: Its films in each split.
        traits: What differs most from the other films of train, in words.
        difference: Share of PNEUMONIA in train, minus that of all other films of train.
    """

    splits: Mapping[Split, PseudoSitePart]
    traits: Sequence[str]
    difference: Estimate


@dataclass(frozen=True)
class Grouping:
    """A number of groups that was tried.

    Attributes:
        groups: How many.
        strength: Prediction strength, in [0, 1]: share of pairs of films of the least stable group
            that the groups of the other half of the patients keep together.
        fewest: Films of the smallest group.
    """

    groups: int
    strength: float
    fewest: int


@dataclass(frozen=True)
class HardPart:
    """The hard films of one split.

    Attributes:
        films: How many, by class.
        patients: Whose they are.
        share: Of the films of the split; None where there are no hard films.
        auroc: With which the periphery tells the class among them; None as above.
        reason: Why there are none; None where there are.
    """

    films: Mapping[Label, int]
    patients: int
    share: float | None
    auroc: float | None
    reason: str | None


@dataclass(frozen=True)
class AcquisitionAudit:
    """What the periphery of films tells of the class, and the pseudo-sites.

    Attributes:
        aurocs: Of a classifier that sees the periphery alone, fitted on train; on train of patients
            left out of the fit.
        verdict: What follows, in words.
        groupings: Numbers of groups that were tried.
        pseudo_sites: By name, the largest first; empty where no grouping is stable.
        pseudo_sites_verdict: What follows, in words.
        hard: The films of each split in which the periphery tells the class no more; empty in
            an audit from before these were told.
    """

    aurocs: Mapping[Split, Estimate]
    verdict: str
    groupings: Sequence[Grouping]
    pseudo_sites: Mapping[str, PseudoSite]
    pseudo_sites_verdict: str
    hard: Mapping[Split, HardPart] = field(default_factory=dict)
