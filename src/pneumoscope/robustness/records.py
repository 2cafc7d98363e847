"""What shift, shortcuts and degraded films come to, typed: the JSON that the report reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import FeatureSet, Label, Metric, Split

Metrics = Mapping[Metric, Estimate]
"""AUROC, accuracy, sensitivity and specificity."""


@dataclass(frozen=True)
class Counted:
    """Films and the patients whose they are."""

    films: int
    patients: int


@dataclass(frozen=True)
class SingleFeature:
    """How well one number alone tells two groups of films apart.

    Attributes:
        feature: Its name, one of `FEATURES`.
        auroc: In [0.5, 1], whichever group is higher.
        higher: Whether that is the second group.
        medians: Of the first and of the second group.
    """

    feature: str
    auroc: float
    higher: bool
    medians: tuple[float, float]


@dataclass(frozen=True)
class DomainComparison:
    """The domain classifier: films of one class and split against those of train.

    Attributes:
        train: What was compared.
        other: With what.
        aurocs: Of a domain classifier, by the numbers that it knows; intervals hold together for
            both classes and both splits.
        features: Each number alone, the best first; none where too few films were compared.
        verdict: What follows, in words.
    """

    train: Counted
    other: Counted
    aurocs: Mapping[FeatureSet, Estimate]
    features: Sequence[SingleFeature]
    verdict: str


@dataclass(frozen=True)
class FeatureBaseline:
    """The feature baseline: PNEUMONIA against NORMAL by simple features, fitted on train.

    Attributes:
        metrics: By the numbers known and the split; on train of patients left out of the fit.
        verdict: Whether that carries over to test, in words.
    """

    metrics: Mapping[FeatureSet, Mapping[Split, Metrics]]
    verdict: str


@dataclass(frozen=True)
class Shift:
    """Covariate shift of validation and test against train, and the feature baseline."""

    classes: Mapping[Label, Mapping[Split, DomainComparison]]
    baseline: FeatureBaseline


@dataclass(frozen=True)
class Altered:
    """Altered films at the locked threshold.

    Attributes:
        metrics: Of the altered films.
        drops: The same films as they are minus altered, paired by patient.
    """

    metrics: Metrics
    drops: Metrics


@dataclass(frozen=True)
class Ablation:
    """All test films with something taken away, and what follows, in words."""

    altered: Altered
    verdict: str


@dataclass(frozen=True)
class Shortcuts:
    """Every test film as it is, and by name of each ablation (occlusion, equal compression)."""

    counted: Counted
    as_it_is: Metrics
    ablations: Mapping[str, Ablation]


@dataclass(frozen=True)
class Strength:
    """Films degraded by so much."""

    strength: float
    altered: Altered


@dataclass(frozen=True)
class Curve:
    """One degradation from mild to harsh, and what follows, in words."""

    points: Sequence[Strength]
    verdict: str


@dataclass(frozen=True)
class Degradations:
    """Metrics of degraded films: the films as they are, and by degradation."""

    counted: Counted
    as_it_is: Metrics
    curves: Mapping[str, Curve]


@dataclass(frozen=True)
class Robustness:
    """Altered test films of one model, at its locked threshold."""

    threshold: float
    shortcuts: Shortcuts
    degradations: Degradations
