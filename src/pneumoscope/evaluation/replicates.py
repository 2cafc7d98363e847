"""Replicates: models trained by one recipe with different seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import Recipe

REPLICATE_OF = "replicate_of"
"""Column of the comparison: the first model of the same recipe, which stands for it."""


@dataclass(frozen=True)
class SeedSpread:
    """How far a metric moves from seed to seed.

    Attributes:
        low: The lowest value of any seed.
        high: The highest.
        deviation: The standard deviation between seeds.
    """

    low: float
    high: float
    deviation: float


@dataclass(frozen=True)
class Replicates:
    """Seeds of one recipe, measured on one split.

    Attributes:
        models: Their names; the first stands for the recipe.
        spreads: Metric to its spread over the seeds; metrics that any seed lacks are left out.
    """

    models: Sequence[str]
    spreads: Mapping[Metric, SeedSpread]


def first_of_recipe(recipes: Mapping[str, Recipe]) -> dict[str, str]:
    """Return for each model the first one whose recipe is the same but for the seed.

    Args:
        recipes: Model to its recipe.
    """
    without_seed = {
        name: recipe.model_copy(
            update={"fitting": recipe.fitting.model_copy(update={"seed": None})}
        )
        for name, recipe in recipes.items()
    }
    return {
        name: next(other for other, theirs in without_seed.items() if theirs == recipe)
        for name, recipe in without_seed.items()
    }


def replicates(
    comparison: pd.DataFrame, metrics: Sequence[Metric], split: str = Split.TEST
) -> list[Replicates]:
    """Measure how far metrics move between the seeds of each recipe that has several.

    Args:
        comparison: Columns architecture, split, replicate_of and the metrics.
        metrics: Which metrics.
        split: Which rows.
    """
    rows = comparison[comparison[Column.SPLIT] == split]
    return [
        Replicates(
            models=[str(name) for name in seeds[Column.ARCHITECTURE]],
            spreads={
                metric: SeedSpread(
                    float(seeds[metric].min()),
                    float(seeds[metric].max()),
                    float(seeds[metric].std()),
                )
                for metric in metrics
                if seeds[metric].notna().all()
            },
        )
        for _, seeds in rows.groupby(REPLICATE_OF, sort=False)
        if len(seeds) > 1
    ]
