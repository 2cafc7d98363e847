"""What the evaluation of one model gives, typed: `metrics.json` is its JSON.

Estimates carry the reason where a value or an interval is missing. Mappings by split hold the
splits that were scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import (
    CalibrationMethod,
    Consequence,
    Label,
    Metric,
    PatientRule,
    ThresholdRule,
)
from pneumoscope.provenance import Sources


@dataclass(frozen=True)
class ScoredBy:
    """Which model gave scores.

    Attributes:
        fingerprint: SHA-256 of its weights, or over those of an ensemble's members.
        members: Name to fingerprint of an ensemble's members; None of a single model.
    """

    fingerprint: str
    members: Mapping[str, str] | None = None


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold with the rule that chose it.

    Attributes:
        rule: The rule.
        threshold: A score of at least this is predicted PNEUMONIA; in a grey zone, where a
            prediction has to be made all the same.
        reason: Why this threshold, in one sentence for the report.
        low: A score below this is predicted NORMAL; None unless the rule sets a grey zone.
        high: A score from `low` to below this is handed to a human; None as above.
        part: `hard` where it was read off the hard films of validation alone; else None.
    """

    rule: ThresholdRule
    threshold: float
    reason: str
    low: float | None = None
    high: float | None = None
    part: str | None = None

    @property
    def zone(self) -> tuple[float, float] | None:
        """The bounds of the grey zone, None without one."""
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True)
class Confusion:
    """Counts of radiographs; PNEUMONIA is the positive class."""

    tn: int
    fp: int
    fn: int
    tp: int


@dataclass(frozen=True)
class PredictiveValues:
    """Shares of alarms and of all-clears that are right, at a stated prevalence."""

    ppv: Estimate
    npv: Estimate


@dataclass(frozen=True)
class Decisions:
    """What a threshold, or a grey zone, decides for the radiographs of one split.

    Attributes:
        confusion: Counts of the decided.
        deferred: Share that is handed to a human.
        consequences: Measures among the decided. Precision and recall of NORMAL are NPV and
            specificity; `macro_` marks the mean over both classes.
        predictive_values: By prevalence, which is the key, as text: "0.05".
    """

    confusion: Confusion
    deferred: Estimate
    consequences: Mapping[Consequence, Estimate]
    predictive_values: Mapping[str, PredictiveValues]


@dataclass(frozen=True)
class RuleOutcome:
    """What a rule for the threshold chose on validation, and what that decides on each split.

    Attributes:
        locked: Whether it is the rule of the operating point.
        threshold: None for a rule that cannot be applied to this validation.
        low: Bounds of its grey zone; None without one.
        high: As above.
        reason: Why this threshold, or why there is none.
        splits: By split; empty without a threshold.
    """

    locked: bool
    threshold: float | None
    low: float | None
    high: float | None
    reason: str
    splits: Mapping[str, Decisions]


# Of files that an earlier version wrote.
NO_ESTIMATE = Estimate(None, reason="the evaluation did not measure it")


@dataclass(frozen=True)
class CalibrationMeasures:
    """How far scores are probabilities.

    Attributes:
        brier: Brier score.
        ece: Expected calibration error.
        slope: 1 is ideal; below 1 the scores are too extreme.
        intercept: 0 is ideal, fitted together with the slope.
        in_the_large: The intercept at slope 1; above 0 the scores are too low on average.
        ici: Integrated calibration index: mean distance of the score from a smooth curve.
    """

    brier: Estimate
    ece: Estimate
    slope: Estimate
    intercept: Estimate
    in_the_large: Estimate
    ici: Estimate = NO_ESTIMATE


@dataclass(frozen=True)
class CalibrationMap:
    """The map logit(probability) = intercept + slope * logit(score).

    Attributes:
        slope: Above 0, so that no ranking changes; 1 / temperature.
        intercept: 0 for a temperature.
    """

    slope: float
    intercept: float = 0.0


@dataclass(frozen=True)
class SplitCalibration:
    """Calibration of one split, before and after the map.

    Attributes:
        before: Of the scores as they are.
        after: Of the scores brought through the map; None without one.
        gain: Brier score before minus after, paired by radiograph; None without a map.
    """

    before: CalibrationMeasures
    after: CalibrationMeasures | None
    gain: Estimate | None


@dataclass(frozen=True)
class Calibration:
    """What validation taught about reading scores as probabilities.

    Attributes:
        method: How the map was fitted.
        prevalence: Share of PNEUMONIA in validation, for which the probabilities hold; None
            without validation.
        map: None where none could be fitted.
        reason: Why there is no map; None with one.
        splits: Calibration before and after, by split.
    """

    method: CalibrationMethod
    prevalence: float | None
    map: CalibrationMap | None
    reason: str | None
    splits: Mapping[str, SplitCalibration]


@dataclass(frozen=True)
class ZoneOutcome:
    """What a zone around the threshold defers on one split, and how good the rest is.

    Attributes:
        deferred: Share that is handed to a human.
        confusion: Counts of the rest.
        consequences: Measures among the rest; accuracy with its interval over patients.
        gain: Accuracy on the rest minus accuracy on all, with its interval over patients.
    """

    deferred: float
    confusion: Confusion
    consequences: Mapping[Consequence, Estimate]
    gain: Estimate


@dataclass(frozen=True)
class DeferralZone:
    """A zone around the locked threshold that holds a share of validation.

    Attributes:
        low: Scores from here are deferred; None where nothing is.
        high: Up to here.
        splits: What it does, by split.
    """

    low: float | None
    high: float | None
    splits: Mapping[str, ZoneOutcome]


@dataclass(frozen=True)
class ConformalCoverage:
    """Conformal sets on one split.

    Attributes:
        coverage: Share of each class whose set holds it.
        one: Share of radiographs whose set holds one class.
        both: Share whose set holds both.
        neither: Share whose set is empty.
    """

    coverage: Mapping[Label, Estimate]
    one: float
    both: float
    neither: float


@dataclass(frozen=True)
class Conformal:
    """Class-conditional conformal sets fitted on validation.

    Attributes:
        promised: Coverage of each class.
        lowest_pneumonia: A score of at least this allows PNEUMONIA.
        highest_normal: A score of at most this allows NORMAL.
        reason: Why a class is always allowed; None when validation bounds both.
        splits: What the sets hold, by split.
    """

    promised: float
    lowest_pneumonia: float
    highest_normal: float
    reason: str | None
    splits: Mapping[str, ConformalCoverage]


@dataclass(frozen=True)
class Subgroup:
    """One group of radiographs at the locked threshold.

    Attributes:
        n: Radiographs.
        patients: Patients.
        sensitivity: None without PNEUMONIA in the group.
        specificity: None without NORMAL in the group.
        auroc: Within the group, or against all radiographs of the class that it lacks.
        auroc_against: Which of the two, in words.
        deficits: Sensitivity and specificity of all other radiographs minus the group's; their
            intervals hold together for all groups of a split.
    """

    n: int
    patients: int
    sensitivity: Estimate | None
    specificity: Estimate | None
    auroc: Estimate
    auroc_against: str
    deficits: Mapping[Metric, Estimate]


Groups = Mapping[str, Mapping[str, Subgroup]]
"""Attribute to group to what was measured of it."""


@dataclass(frozen=True)
class Subgroups:
    """Each kind of radiograph by split; `absent` names what cannot be compared, and why."""

    absent: Mapping[str, str]
    splits: Mapping[str, Groups]


@dataclass(frozen=True)
class PatientMetrics:
    """One split at the locked threshold, counted by patient.

    Attributes:
        confusion: Counts of patients; with a PNEUMONIA radiograph a patient is PNEUMONIA.
        metrics: Metrics of ranking and of predictions.
    """

    confusion: Confusion
    metrics: Mapping[Metric, Estimate]


@dataclass(frozen=True)
class SplitMetrics:
    """One split at the locked threshold.

    Attributes:
        n: Radiographs.
        patients: Patients.
        sources: Where the radiographs come from.
        metrics: Every metric, counted by radiograph.
        by_patient: The same counted by patient, by how scores become one answer.
    """

    n: int
    patients: int
    sources: Sources
    metrics: Mapping[Metric, Estimate]
    by_patient: Mapping[PatientRule, PatientMetrics]


@dataclass(frozen=True)
class Elsewhere:
    """What to expect where who took a film tells nothing of the class: hard validation.

    Attributes:
        radiographs: Hard films of validation.
        patients: Whose they are.
        expected: AUROC on them, and sensitivity and specificity; where the threshold was read off
            validation, each film is decided by one that was read off other patients.
        drops: The same of all of validation, decided alike, minus that; paired by patient.
        reason: Why there is none of it; None where there is.
    """

    radiographs: int
    patients: int
    expected: Mapping[Metric, Estimate]
    drops: Mapping[Metric, Estimate]
    reason: str | None


@dataclass(frozen=True)
class DecisionCurve:
    """Net benefit of acting on a model, on test, at one prevalence.

    Attributes:
        thresholds: Threshold probabilities, ascending, in (0, 1).
        net_benefit: At each, as a share of those examined: true positives less false ones that
            weigh threshold / (1 - threshold).
    """

    thresholds: Sequence[float]
    net_benefit: Sequence[Estimate]


@dataclass(frozen=True)
class DecisionCurves:
    """Prevalence, as text ("0.05"), to its decision curve; or why there is none."""

    curves: Mapping[str, DecisionCurve]
    reason: str | None


# Of files that an earlier version wrote.
NOT_MEASURED = DecisionCurves({}, "the evaluation did not measure it")


@dataclass(frozen=True)
class ModelMetrics:
    """Everything that the evaluation measured of one model or ensemble.

    Attributes:
        model: Which model gave the scores.
        protocol: The policy of the split.
        flaws: Optimistic bias of that protocol, in sentences.
        primary_endpoint: The metric by which models are compared.
        lock_revision: How often this model was locked; above 1 earlier test results were known.
        operating_point: What was locked on validation.
        operating_points: Name of each rule to what it would do, the locked one first.
        calibration: How far scores are probabilities.
        grey_zone: Share of validation, as text, to the zone around the threshold that holds it.
        conformal: Sets of classes with a promised coverage.
        subgroups: Each kind of radiograph.
        splits: Each split at the operating point.
        elsewhere: What to expect of other sites, by hard validation; None of a model that was
            measured before there was one.
        decision_curves: What acting on the model is worth on test.
    """

    model: ScoredBy
    protocol: str
    flaws: Sequence[str]
    primary_endpoint: Metric
    lock_revision: int
    operating_point: OperatingPoint
    operating_points: Mapping[str, RuleOutcome]
    calibration: Calibration
    grey_zone: Mapping[str, DeferralZone]
    conformal: Conformal
    subgroups: Subgroups
    splits: Mapping[str, SplitMetrics]
    elsewhere: Elsewhere | None = None
    decision_curves: DecisionCurves = NOT_MEASURED

    @property
    def locked(self) -> RuleOutcome:
        """What the locked rule does on each split."""
        return next(outcome for outcome in self.operating_points.values() if outcome.locked)

    @property
    def at_threshold(self) -> RuleOutcome:
        """What the locked threshold does when no radiograph is deferred."""
        return next(
            outcome
            for outcome in self.operating_points.values()
            if outcome.low is None and outcome.threshold == self.operating_point.threshold
        )
