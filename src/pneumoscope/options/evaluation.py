"""Parameters of the evaluation."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pneumoscope.errors import InputError
from pneumoscope.naming import CalibrationMethod, Metric, ThresholdRule
from pneumoscope.options.base import (
    AsYaml,
    Batch,
    OpenShare,
    Options,
    Several,
    Share,
    all_different,
)

# Only the ratio of two costs matters; any unit fits in between.
Cost = Annotated[float, Field(gt=0, le=1e9)]


class ThresholdOptions(Options):
    """The rule that turns scores into predictions; read off validation alone.

    Attributes:
        rule: Name of the rule.
        value: The threshold itself (`fixed`) or the bound to keep (`min_sensitivity`,
            `min_specificity`).
        confidence: With which the bound is kept on new radiographs (`min_sensitivity`,
            `min_specificity`): the lower confidence limit keeps it. Null lets the value on
            validation keep it, which about every second time is too little.
        fn: What a missed PNEUMONIA costs (`cost`), in any unit.
        fp: What a false alarm costs (`cost`), in the same unit.
        prevalence: Share of PNEUMONIA among those examined (`cost`).
        low: A score below this is predicted NORMAL (`grey_zone`, together with `high`).
        high: A score of at least this is predicted PNEUMONIA; those between are for a human.
        share: Share of validation that the zone may hold (`grey_zone`, in place of the bounds).
        part: `hard` reads the rule off the hard films of validation alone, in which the periphery
            tells nothing of the class; null off all of it.
    """

    rule: Annotated[ThresholdRule, AsYaml]
    value: Share | None = None
    confidence: Annotated[float, Field(gt=0.5, lt=1)] | None = None
    fn: Cost | None = None
    fp: Cost | None = None
    prevalence: OpenShare | None = None
    low: OpenShare | None = None
    high: OpenShare | None = None
    share: OpenShare | None = None
    part: Literal["hard"] | None = None

    @model_validator(mode="after")
    def _what_the_rule_reads_is_there(self) -> "ThresholdOptions":
        for name in _RULE_READS.get(self.rule, ()):
            if getattr(self, name) is None:
                raise InputError(
                    f"`{name}`, which the threshold rule '{self.rule}' reads", "none", "Give it."
                )
        return self

    @model_validator(mode="after")
    def _only_a_bound_is_kept_with_confidence(self) -> "ThresholdOptions":
        bounds = (ThresholdRule.MIN_SENSITIVITY, ThresholdRule.MIN_SPECIFICITY)
        if self.confidence is not None and self.rule not in bounds:
            raise InputError(
                "`confidence` with the rules min_sensitivity and min_specificity alone",
                f"the threshold rule '{self.rule}' with confidence {self.confidence:g}",
                "Leave it out.",
            )
        return self

    @model_validator(mode="after")
    def _a_grey_zone_has_bounds_or_a_share(self) -> "ThresholdOptions":
        low, high = self.low, self.high
        bounded = low is not None and high is not None and low < high and self.share is None
        shared = low is None and high is None and self.share is not None
        if self.rule is ThresholdRule.GREY_ZONE and not (bounded or shared):
            raise InputError(
                "`low` below `high`, or `share` alone, for the threshold rule 'grey_zone'",
                f"low {low}, high {high}, share {self.share}",
                "Give the bounds of the zone, or the share of validation that it may hold.",
            )
        return self

    @model_validator(mode="after")
    def _a_part_is_read_by_rules_that_read_anything(self) -> "ThresholdOptions":
        if self.part is not None and not self.reads_validation:
            raise InputError(
                "`part` with a rule that reads validation",
                f"the threshold rule '{self.rule}', which is decided beforehand, with part "
                f"{self.part}",
                "Leave it out, or choose another rule.",
            )
        return self

    @property
    def reads_validation(self) -> bool:
        """Whether the rule looks at labels and scores, or was decided beforehand."""
        bounded = self.rule is ThresholdRule.GREY_ZONE and self.share is None
        return self.rule is not ThresholdRule.FIXED and not bounded

    @property
    def name(self) -> str:
        """The rule with what it reads: "min_sensitivity 0.95", "youden on hard films"."""
        zone = ("share",) if self.share is not None else ("low", "high")
        grey = self.rule is ThresholdRule.GREY_ZONE
        reads = zone if grey else _RULE_READS.get(self.rule, ())
        if self.confidence is not None:
            reads = (*reads, "confidence")
        given = [f"{name} {getattr(self, name):g}".removeprefix("value ") for name in reads]
        part = ["on hard films"] if self.part else []
        return " ".join([self.rule, *given, *part])


_RULE_READS: dict[ThresholdRule, tuple[str, ...]] = {
    ThresholdRule.FIXED: ("value",),
    ThresholdRule.MIN_SENSITIVITY: ("value",),
    ThresholdRule.MIN_SPECIFICITY: ("value",),
    ThresholdRule.COST: ("fn", "fp", "prevalence"),
}


class GreyZoneOptions(Options):
    """Which radiographs are handed to a human.

    Attributes:
        shares: Shares of validation, those nearest the threshold, that zones are set for.
        coverage: Share of each class whose conformal set shall hold it.
    """

    shares: Several[OpenShare] = (0.1, 0.2, 0.3)
    coverage: OpenShare = 0.9

    @field_validator("shares")
    @classmethod
    def _shares_differ(cls, shares: tuple[float, ...]) -> tuple[float, ...]:
        all_different("shares", shares)
        return shares


class OutOfDistributionOptions(Options):
    """How radiographs unlike those of train are told.

    Attributes:
        false_alarms: Share of radiographs like those of validation that may be flagged as out of
            distribution.
        train_radiographs: Radiographs of train at most, evenly spread, that others are compared
            with.
        altered_radiographs: Radiographs of test at most, evenly spread, that are inverted, turned
            and so on, to measure how many of these are found.
    """

    false_alarms: OpenShare = 0.01
    # Features of each of them lie in memory at once.
    train_radiographs: Annotated[int, Field(ge=20, le=20_000)] = 2000
    altered_radiographs: Annotated[int, Field(ge=1, le=4096)] = 200


class EvaluationOptions(Options):
    """How scores become numbers with intervals.

    Attributes:
        threshold: The rule for the operating point.
        operating_points: Rules whose consequences are shown beside that point.
        prevalences: Shares of PNEUMONIA for which predictive values are computed.
        calibration: What validation teaches about reading scores as probabilities: a slope and
            an intercept (`platt`), or a `temperature`, which cannot undo class weights.
        grey_zone: Which radiographs are handed to a human.
        out_of_distribution: How radiographs unlike those of train are told; locked too.
        confidence: Coverage of the intervals.
        ece_bins: Equal-width bins of the expected calibration error.
        batch_size: Radiographs scored at a time.
        primary_endpoint: The metric by which models are compared; locked before test is scored.
        relock: Whether what was locked for a model may be replaced after its test was scored.
    """

    threshold: ThresholdOptions
    operating_points: Several[ThresholdOptions] = ()
    prevalences: Several[OpenShare] = ()
    calibration: Annotated[CalibrationMethod, AsYaml] = CalibrationMethod.PLATT
    grey_zone: GreyZoneOptions = GreyZoneOptions()
    out_of_distribution: OutOfDistributionOptions = OutOfDistributionOptions()
    # Below a half an interval would more likely miss than hold what it is of.
    confidence: Annotated[float, Field(ge=0.5, le=0.999)] = 0.95
    ece_bins: Annotated[int, Field(ge=1, le=1000)] = 10
    batch_size: Batch = 64
    primary_endpoint: Annotated[Metric, AsYaml] = Metric.AUROC
    relock: bool = False

    @model_validator(mode="after")
    def _no_row_stands_there_twice(self) -> "EvaluationOptions":
        all_different("operating points", (point.name for point in self.operating_points))
        all_different("prevalences", self.prevalences)
        return self
