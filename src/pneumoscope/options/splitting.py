"""Parameters of the splits and the rebalancing."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pneumoscope.errors import InputError
from pneumoscope.naming import Balance, SplitPolicy
from pneumoscope.options.base import AsYaml, Options

# A tenth at the least is left to learn from, and a tenth for the other part that is held out.
HeldOut = Annotated[float, Field(gt=0.0, le=0.8)]
LARGEST_HELD_OUT = 0.9


class SplitOptions(Options):
    """How patients are shared out, and how training rows are rebalanced.

    Attributes:
        policy: `auto` is `official` where a test part is given beside others, else `pooled`;
            `official` keeps the given test part and cuts validation from the rest,
            `as_given` keeps all three parts, `given_validation` too, even if a patient stands in
            train and validation, and cuts validation where none is given; `pooled` cuts
            everything anew,
            `test_as_validation` repeats a published mistake and is flagged for it.
        validation_share: Share of radiographs in validation (official: of what is not test).
        test_share: Share of radiographs in test; read where all is cut anew.
        group_by: `patient` keeps the radiographs of one patient together; `radiograph` repeats
            a published mistake and is flagged for it.
        balance: How the training rows are rebalanced.
    """

    policy: Annotated[SplitPolicy, AsYaml]
    validation_share: HeldOut
    test_share: HeldOut
    group_by: Literal["patient", "radiograph"] = "patient"
    balance: Annotated[Balance, AsYaml]

    @model_validator(mode="after")
    def _something_is_left_to_train_on(self) -> "SplitOptions":
        held_out = self.validation_share + self.test_share
        # Rounded: 0.2 + 0.7 is a little less than 0.9, 0.6 + 0.3 a little more.
        may_pool = self.policy in (SplitPolicy.POOLED, SplitPolicy.AUTO)
        if may_pool and round(held_out, 9) > LARGEST_HELD_OUT:
            raise InputError(
                f"`validation_share` + `test_share` of {LARGEST_HELD_OUT} at most",
                f"{self.validation_share:g} + {self.test_share:g}",
                "Leave more to train on.",
            )
        return self
