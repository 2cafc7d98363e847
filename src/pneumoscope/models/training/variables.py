"""Values of Keras variables, taken out and put back."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Values = Sequence[NDArray[Any]]


def values(variables: Sequence[keras.Variable]) -> list[NDArray[Any]]:
    """Copy the values of variables out of the backend, in their order."""
    found = (keras.ops.convert_to_numpy(variable) for variable in variables)
    # Some backends hand out a view of memory that the next step overwrites, others a copy.
    return [value if value.flags.owndata else np.array(value) for value in found]


def assign(variables: Sequence[keras.Variable], stored: Values) -> None:
    """Give variables the values that were taken out of their like.

    Raises:
        ValueError: When there are more or fewer values than variables, or another shape.
    """
    for variable, value in zip(variables, stored, strict=True):
        variable.assign(value)
