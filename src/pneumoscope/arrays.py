"""The array types that rooms share, and the choice of a few rows that stand for many."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.naming import Label

Grey = NDArray[np.uint8]
"""Grey values from 0 (black) to 255 (white); the shape is told where it is used."""

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Owners = NDArray[np.str_] | IntArray
"""The patient behind each film: keys, or numbers in the order of keys."""


class SmallFilms(Protocol):
    """Small films by number, in memory or read when they are asked for."""

    def __len__(self) -> int:
        """Return the number of films."""

    def __getitem__(self, rows: IntArray, /) -> Grey:
        """Return some of them: uint8 (n, `SMALL_SIDE`, `SMALL_SIDE`)."""


def evenly_spread(labels: pd.Series, count: int) -> dict[Label, list[int]]:
    """Choose positions of each class, evenly spread over the rows.

    Args:
        labels: The class of each row.
        count: Positions a class; a smaller class gives all of its own.

    Returns:
        Each class to its positions, ascending.
    """
    found = {label: np.flatnonzero(labels == label) for label in Label}
    steps = {
        label: np.linspace(0, len(where) - 1, min(count, len(where))).round().astype(int)
        for label, where in found.items()
    }
    return {label: where[steps[label]].tolist() for label, where in found.items()}


def named(prefix: str, collected: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values whose names begin with a prefix, by the rest of the name.

    Args:
        prefix: Such as `scores_`.
        collected: What a node was given by name, such as `scores_cnn`.
    """
    return {
        key.removeprefix(prefix): value
        for key, value in collected.items()
        if key.startswith(prefix)
    }
