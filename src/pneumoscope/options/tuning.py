"""Parameters of the search for a recipe."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pneumoscope.errors import InputError
from pneumoscope.options.base import Options, Several, Text, all_different

# Strict: an integer stays one, so that whole numbers are tried where bounds are whole.
Number = int | float
Choice = bool | int | float | str | None


class RangeOptions(Options):
    """What is tried of one option: all between two bounds, or each of some choices.

    Attributes:
        low: Lower bound; with `high`. Between whole numbers, whole numbers are tried.
        high: Upper bound, itself included.
        log: Whether as many values are tried from 0.001 to 0.01 as from 0.01 to 0.1.
        choices: Values to choose among, in place of bounds.
    """

    low: Number | None = None
    high: Number | None = None
    log: bool = False
    choices: Annotated[Several[Choice], Field(min_length=2)] | None = None

    @model_validator(mode="after")
    def _bounds_or_choices(self) -> Self:
        bounds = (self.low, self.high)
        if self.choices is not None and bounds == (None, None) and not self.log:
            all_different("choices", map(repr, self.choices))
        elif self.choices is not None or self.low is None or self.high is None:
            raise InputError(
                "`low` and `high`, or `choices` alone",
                str(self.model_dump(exclude_unset=True)),
                "Write for example {low: 0.0001, high: 0.01, log: true} or {choices: [16, 32]}.",
            )
        elif self.low >= self.high or (self.log and self.low <= 0):
            raise InputError(
                "`low` below `high`, and above 0 where `log` is true", str(list(bounds)),
                "Correct the bounds.",
            )  # fmt: skip
        return self

    @property
    def whole(self) -> bool:
        """Whether whole numbers are tried."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def extremes(self) -> tuple[Any, ...]:
        """Values that are tried of it at most: both bounds, or every choice."""
        return (self.low, self.high) if self.choices is None else self.choices

    def holds(self, value: Any) -> bool:
        """Whether a value is among those that can be tried."""
        if self.choices is not None:
            return value in self.choices
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.low <= value <= self.high


class TuningOptions(Options):
    """How a recipe is searched for.

    Attributes:
        architecture: The block of the recipe; null for the last of the comparison.
        trials: Recipes that are tried in all, the block's own among them.
        part: Whose AUROC is to be large: that of `hard` validation, of `stressed` validation, or of
            `validation`; `auto` is hard where there are enough hard films, else stressed.
        prune: Whether a trial is given up whose epochs are worse than the median of others'.
        space: What is tried of the options of `model`, `augmentation` and `fitting`; null drops
            one.
    """

    architecture: Text | None = None
    # TPE draws its first ten at random; a thousand trainings are weeks on two cores.
    trials: Annotated[int, Field(ge=2, le=1000)] = 20
    part: Literal["auto", "hard", "stressed", "validation"] = "auto"
    prune: bool = True
    space: dict[Literal["model", "augmentation", "fitting"], dict[Text, RangeOptions | None]]

    @property
    def ranges(self) -> dict[str, RangeOptions]:
        """What is tried, by dotted name."""
        return {
            f"{block}.{name}": one
            for block, named in self.space.items()
            for name, one in named.items()
            if one is not None
        }

    @model_validator(mode="after")
    def _something_is_tried(self) -> Self:
        if not self.ranges:
            raise InputError("an option to search in `tuning.space`", "none", "Add one.")
        return self
