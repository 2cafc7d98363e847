"""Parameters of the learning curve."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pneumoscope.errors import InputError
from pneumoscope.options.base import Options, Several, Text, all_different


class LearningCurveOptions(Options):
    """On which parts of train one recipe is trained, to see what more films would be worth.

    Attributes:
        architecture: The block of the recipe; null for the last of the comparison.
        shares: Of the patients of train; all of them are among these.
        seeds: Orders in which patients come in, each with a seed of training of its own.
    """

    architecture: Text | None = None
    # A thousandth of the patients of the largest collections is still a hundred.
    shares: Several[Annotated[float, Field(ge=0.001, le=1)]] = (0.125, 0.25, 0.5, 1.0)
    # With one the chance of a training is in no interval; each costs all trainings again.
    seeds: Annotated[int, Field(ge=1, le=20)] = 3

    @model_validator(mode="after")
    def _all_and_less_are_compared(self) -> Self:
        all_different("shares, to a thousandth", (round(1000 * share) for share in self.shares))
        if max(self.shares) < 1 or len(self.shares) < 2:
            raise InputError(
                "`learning_curve.shares` with 1, all patients, and a smaller share",
                str(list(self.shares)),
                "Add it.",
            )
        return self
