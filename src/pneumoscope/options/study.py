"""Parameters of a published study that is repeated: its target, its numbers, its protocol."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from pneumoscope.errors import InputError
from pneumoscope.naming import Metric
from pneumoscope.options.base import AsYaml, Options, Several, Share, Text, all_different
from pneumoscope.options.evaluation import ThresholdOptions

Measured = Annotated[Metric, AsYaml]


class TargetOptions(Options):
    """What the stakeholder asked for.

    Attributes:
        metric: What is to be reached on test.
        at_least: The bound.
        source: Who set the bound, in words.
        then: What counts among the models that reach the bound; by default the same metric.
    """

    metric: Measured
    at_least: Share
    source: Text
    then: Measured | None = None


class PublishedOptions(Options):
    """What the study published of one model.

    Attributes:
        architecture: Name of the model here.
        source: Where the numbers stand, in words.
        metrics: Its metrics as published, on its own test.
    """

    architecture: Text
    source: Text
    metrics: Annotated[Mapping[Measured, Share], Field(min_length=1)]


class StudyOptions(Options):
    """A study and how it is repeated.

    Attributes:
        name: The study.
        asked: What its stakeholder asked for, in one sentence.
        target: The bound to reach.
        protocol: What the study did, in one sentence.
        bias: What that protocol makes look better than it is, and why, in words.
        differs: How this repetition differs from the study, one sentence each.
        arms: Name of each protocol to its description, the environment's own first. Each of the
            others is a namespace, and has a block under its name with a `split` of its own.
        honest: Which of them is judged: nothing that is reported was chosen on test, and no patient
            stands in two splits.
        reported: Metrics that are set beside the published ones; the target's is always there.
        published: What was published.
        stepwise: Whether the architectures are steps, each to be compared with the one before.
        tuned: Rules for the threshold of the last model, each one more step.
    """

    name: Text
    asked: Text
    target: TargetOptions
    protocol: Text
    bias: Text
    differs: Annotated[list[Text], Field(min_length=1)]
    arms: Annotated[dict[Text, Text], Field(min_length=1)]
    honest: Text
    reported: Several[Measured] = ()
    published: Several[PublishedOptions] = ()
    stepwise: bool = False
    tuned: Several[ThresholdOptions] = ()

    @model_validator(mode="after")
    def _the_honest_arm_is_one_of_them(self) -> "StudyOptions":
        if self.honest not in self.arms:
            raise InputError(
                f"`honest` as one of the arms {list(self.arms)}",
                f"'{self.honest}'",
                "Name the arm that is judged.",
            )
        return self

    @model_validator(mode="after")
    def _no_row_stands_there_twice(self) -> "StudyOptions":
        all_different("reported metrics", self.reported)
        all_different("published models", (one.architecture for one in self.published))
        all_different("tuned thresholds", (rule.name for rule in self.tuned))
        return self

    @property
    def metrics(self) -> list[Metric]:
        """The target's metrics, then the others that are reported."""
        aimed = [self.target.metric, *([self.target.then] if self.target.then else [])]
        return list(dict.fromkeys([*aimed, *self.reported]))
