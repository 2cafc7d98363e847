"""What a search for a recipe tried, typed: the files of `06_tuning` are its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import JsonValue

from pneumoscope.evaluation.estimate import Estimate


class Ending(StrEnum):
    """How a trial ended."""

    COMPLETE = "complete"
    STOPPED = "stopped early"
    FAILED = "failed"


@dataclass(frozen=True)
class Trial:
    """One recipe that was tried.

    Attributes:
        number: From 1; the block's own recipe is the first, where the space holds it.
        ending: How it ended.
        values: Dotted name of each option in the space to its value.
        auroc: Of the model on the part of validation, with an interval over its patients.
        epochs: That were trained.
    """

    number: int
    ending: Ending
    values: Mapping[str, JsonValue]
    auroc: Estimate
    epochs: int


@dataclass(frozen=True)
class Study:
    """All trials under the same conditions.

    Attributes:
        model: The block.
        described: What the conditions are: a line or a SHA-256 for each thing, by its name.
        films: SHA-256 of train, as `TrainingFilms` has it.
        part: The part of validation whose AUROC was to be large.
        trials: Those that ended, in their order.
    """

    model: str
    described: Mapping[str, str]
    films: str
    part: str
    trials: Sequence[Trial]

    @property
    def best(self) -> Trial | None:
        """The first of the complete trials with the largest AUROC; None where there is none."""
        scored = [one for one in self.trials if one.ending is Ending.COMPLETE]
        return max(scored, key=lambda one: one.auroc.value or 0.0, default=None)
