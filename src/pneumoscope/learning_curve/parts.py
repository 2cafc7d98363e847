"""Nested parts of train, cut by patient, and the recipe that each is trained by."""

import math

import numpy as np
import pandas as pd

from pneumoscope.arrays import IntArray
from pneumoscope.naming import Column, Label
from pneumoscope.options import Recipe

MOST_EPOCHS = 100_000
"""What `fitting.epochs` takes at most."""


def part_of(rows: pd.DataFrame, share: float, seed: int) -> IntArray:
    """Choose the rows of a share of the patients: of those with PNEUMONIA, and of the others.

    Parts of one seed are nested: a larger share holds all of a smaller one.

    Args:
        rows: Columns patient_id and label of train.
        share: Of the patients of each kind, rounded up; in (0, 1].
        seed: Of the order in which patients come in.

    Returns:
        Positions, ascending.
    """
    ill = (rows[Column.LABEL] == Label.PNEUMONIA).groupby(rows[Column.PATIENT_ID]).any()
    draw = np.random.default_rng(seed)
    chosen: set[str] = set()
    for kind in (False, True):
        patients = ill.index[ill == kind].sort_values().to_numpy()
        order = draw.permutation(patients)
        # 0.1 of 30 is a little more than 3 in floating point.
        chosen |= set(order[: math.ceil(share * len(order) - 1e-9)])
    return np.flatnonzero(rows[Column.PATIENT_ID].isin(chosen)).astype(np.int64)


def recipe_for(recipe: Recipe, share: float, seed: int) -> Recipe:
    """Give a part as many steps as all films get: its epochs and its patience grow.

    Else a small part would fall behind for want of steps, and not of films.

    Args:
        recipe: Of all films.
        share: Of the films that the part holds.
        seed: Of the training.
    """

    def grown(epochs: int) -> int:
        return min(MOST_EPOCHS, math.ceil(epochs / share - 1e-9))

    fitting = recipe.fitting
    longer = {
        "epochs": grown(fitting.epochs),
        "frozen_epochs": grown(fitting.frozen_epochs),
        "patience": grown(fitting.patience),
        "seed": seed,
    }
    return recipe.model_copy(update={"fitting": fitting.model_copy(update=longer)})
