"""What a repeated study comes to, typed: `study.json` is its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.options import StudyOptions

MetricEstimates = Mapping[Metric, Estimate]


class TargetVerdict(StrEnum):
    """How a value with its interval stands to a bound."""

    MET = "met"
    MET_BY_ESTIMATE = "met by the estimate, but not beyond chance"
    MISSED_BY_ESTIMATE = "not met by the estimate, though chance could explain it"
    MISSED = "not met"
    UNDEFINED = "undefined"


@dataclass(frozen=True)
class SplitSummary:
    """One split under one protocol: its size, and each model's metrics on it."""

    n: int
    patients: int
    models: Mapping[str, MetricEstimates]


@dataclass(frozen=True)
class ProtocolResult:
    """What one protocol gave; `flaws` are the biases that its split has, in sentences."""

    flaws: Sequence[str]
    validation: SplitSummary
    test: SplitSummary


@dataclass(frozen=True)
class Difference:
    """Test metrics of one classifier minus another's.

    Attributes:
        paired: Whether both were tested on the same radiographs.
        metrics: The differences, with intervals over patients.
    """

    paired: bool
    metrics: MetricEstimates


@dataclass(frozen=True)
class LeakagePart:
    """Some films of test: their number, their patients, and the metrics if there are any."""

    n: int
    patients: int
    metrics: MetricEstimates


@dataclass(frozen=True)
class PatientLeakage:
    """One model on test films of patients that are in train too, and on those of new patients."""

    leaked: LeakagePart
    new: LeakagePart


@dataclass(frozen=True)
class Step:
    """A classifier on validation, by which it is chosen, and on test.

    Attributes:
        name: What tables call it.
        threshold: A score of at least this is called PNEUMONIA.
        validation: Its metrics there.
        test: Its metrics there.
        change: Test metrics minus those of the step before; None for the first.
    """

    name: str
    threshold: float
    validation: MetricEstimates
    test: MetricEstimates
    change: MetricEstimates | None = None


@dataclass(frozen=True)
class TunedThreshold:
    """A rule for the threshold read off validation, and off test to see what that adds.

    Attributes:
        rule: The rule.
        on_validation: With the threshold that validation gives.
        on_test: With the one that test gives.
        optimism: Test metrics of the second minus those of the first.
    """

    rule: str
    on_validation: Step
    on_test: Step
    optimism: MetricEstimates


@dataclass(frozen=True)
class StudyFindings:
    """Every protocol of a study measured, and whether its target is met.

    Attributes:
        study: The study.
        arms: Each protocol.
        differences: Each protocol but the judged one, to model, to its test minus the judged one's.
        leakage: Each protocol with patient leakage, to model.
        steps: The steps of a stepwise study; empty without any.
        tuning: Rules for the threshold of the last model.
        chosen: What validation chooses under the judged protocol.
        verdict: How that stands to the target.
        all_positive: Test metrics of calling every film PNEUMONIA.
    """

    study: StudyOptions
    arms: Mapping[str, ProtocolResult]
    differences: Mapping[str, Mapping[str, Difference]]
    leakage: Mapping[str, Mapping[str, PatientLeakage]]
    steps: Sequence[Step]
    tuning: Sequence[TunedThreshold]
    chosen: Step
    verdict: TargetVerdict
    all_positive: MetricEstimates
