"""The stressed validation: films of validation as another hospital might have sent them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope.arrays import BoolArray, Grey
from pneumoscope.naming import Column, Label
from pneumoscope.options import StressVariant
from pneumoscope.radiographs.degradations import DEGRADATIONS

STRESS = "stress"
"""Column: the name of the variant that a row was degraded by."""


@dataclass(frozen=True)
class StressTask:
    """One film to degrade.

    Attributes:
        position: Of the film within validation.
        label: Its class.
        variant: How it is degraded.
    """

    position: int
    label: str
    variant: StressVariant


@dataclass(frozen=True, eq=False)
class StressPlan(Sequence[StressTask]):
    """Every variant of every film; what is held are classes, and a task is made for each call.

    Attributes:
        ill: Shape (n,), true where a film is PNEUMONIA.
        variants: How they are degraded, one after the other.
    """

    ill: BoolArray
    variants: Sequence[StressVariant]

    def __len__(self) -> int:
        """Return the number of tasks."""
        return len(self.ill) * len(self.variants)

    def __getitem__(self, key: Any) -> Any:
        """Return a task, or those of a slice as a list."""
        if isinstance(key, slice):
            return [self[number] for number in range(len(self))[key]]
        variant, position = divmod(range(len(self))[key], len(self.ill))
        label = Label.PNEUMONIA if self.ill[position] else Label.NORMAL
        return StressTask(position, label.value, self.variants[variant])


def plan_stress(rows: pd.DataFrame, variants: Sequence[StressVariant]) -> StressPlan:
    """Plan every variant of every film, variant by variant, in the order of the rows."""
    return StressPlan((rows[Column.LABEL] == Label.PNEUMONIA).to_numpy(dtype=bool), variants)


def stressed_rows(rows: pd.DataFrame, variants: Sequence[StressVariant]) -> pd.DataFrame:
    """Give the rows of the planned films, with the variant's name in the column `stress`."""
    copies = [rows.assign(**{STRESS: variant.name}) for variant in variants]
    return pd.concat(copies, ignore_index=True)


def degrade(image: Grey, task: StressTask) -> Grey:
    """Degrade one film as it is planned; a film of a class that is spared stays as it is.

    Args:
        image: uint8 (height, width).
        task: What is done to it; draws depend on its position and the variant's name alone.
    """
    variant = task.variant
    if variant.only is not None and Label(task.label) is not variant.only:
        return image
    rng = np.random.default_rng([task.position, *variant.name.encode()])
    for name, strength in variant.strengths.items():
        image = DEGRADATIONS[name].apply(image, strength, rng)
    return image
