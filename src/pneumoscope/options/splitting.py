"""Parameters of the splits and the rebalancing."""

from typing import Literal

from pydantic import model_validator

from pneumoscope.naming import Balance, SplitPolicy
from pneumoscope.options.base import OpenShare, Options


class SplitOptions(Options):
    """How patients are shared out, and how training rows are rebalanced.

    Attributes:
        policy: `official` keeps the given test part and cuts validation from the rest,
            `as_given` keeps all three parts, `given_validation` too, even if a child stands in
            train and validation, and cuts validation where none is given; `pooled` cuts
            everything anew,
            `test_as_validation` repeats a published mistake and is flagged for it.
        validation_share: Share of radiographs in validation (official: of what is not test).
        test_share: Share of radiographs in test; read by `pooled` alone.
        group_by: `patient` keeps the radiographs of one child together; `radiograph` repeats
            a published mistake and is flagged for it.
        balance: How the training rows are rebalanced.
    """

    policy: SplitPolicy
    validation_share: OpenShare
    test_share: OpenShare
    group_by: Literal["patient", "radiograph"] = "patient"
    balance: Balance

    @model_validator(mode="after")
    def _something_is_left_to_train_on(self) -> "SplitOptions":
        if self.policy is SplitPolicy.POOLED and self.validation_share + self.test_share >= 1:
            raise ValueError(
                "expected validation_share + test_share below 1, "
                f"received {self.validation_share} + {self.test_share}"
            )
        return self
