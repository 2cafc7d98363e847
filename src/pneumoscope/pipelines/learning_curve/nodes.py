"""A part of train, its model, and the scores of validation; all parts in one curve."""

import logging
from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from pneumoscope.arrays import named
from pneumoscope.datasets.checkpoint import CheckpointFolder
from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.learning_curve.measure import (
    PATIENTS,
    RADIOGRAPHS,
    SEED,
    SHARE,
    measure_curve,
)
from pneumoscope.learning_curve.parts import part_of, recipe_for
from pneumoscope.learning_curve.records import LearningCurve
from pneumoscope.learning_curve.tables import curve_table
from pneumoscope.learning_curve.verdicts import curve_sentences
from pneumoscope.models.records import PrecisionChoice
from pneumoscope.naming import Column
from pneumoscope.options import EvaluationOptions, Recipe
from pneumoscope.pipelines.training.nodes import model_trainer
from pneumoscope.plots.learning_curve import plot_learning_curve

logger = logging.getLogger(__name__)

STRESSED = "stressed"
"""What the degraded copies of validation are called beside validation itself."""


def part_trainer(title: str, share: float, number: int) -> Callable[..., pd.DataFrame]:
    """Give the node function that trains one recipe on a share of the patients of train.

    Args:
        title: What log lines call the training.
        share: Of the patients.
        number: Of the seed, from 0, which the project's is counted on by.
    """
    train = model_trainer(title)

    def train_on_part(
        train_images: ShardedImages,
        train_rows: pd.DataFrame,
        validation_images: ShardedImages,
        validation_rows: pd.DataFrame,
        stressed_images: ShardedImages,
        stressed_rows: pd.DataFrame,
        pseudo_sites: pd.DataFrame,
        weights_available: bool,
        precision: PrecisionChoice,
        checkpoint: CheckpointFolder,
        recipe: Recipe,
        evaluation: EvaluationOptions,
        seed: int,
    ) -> pd.DataFrame:
        """Train on a part, and score validation and its degraded copies."""
        from pneumoscope.models.scoring import score
        from pneumoscope.models.training.batches import ChosenRadiographs

        seed = (recipe.fitting.seed_or(seed) + number) % 2**31
        chosen = part_of(train_rows, share, seed)
        rows = train_rows.iloc[chosen].reset_index(drop=True)
        model, _ = train(
            ChosenRadiographs(train_images, chosen), rows, validation_images, validation_rows,
            stressed_images, stressed_rows, pseudo_sites, weights_available, precision, checkpoint,
            recipe_for(recipe, len(rows) / len(train_rows), seed), seed,
        )  # fmt: skip
        measured = {
            "validation": (validation_images, validation_rows),
            STRESSED: (stressed_images, stressed_rows),
        }
        scored = []
        for split, (images, known) in measured.items():
            own: dict[str, Any] = {
                Column.SPLIT: split,
                Column.SCORE: score(model, images, evaluation.batch_size, f"{title}: {split}"),
            }
            scored.append(known[[Column.PATIENT_ID, Column.LABEL]].assign(**own))
        of_part: dict[str, Any] = {
            SHARE: share, SEED: seed, PATIENTS: rows[Column.PATIENT_ID].nunique(),
            RADIOGRAPHS: len(rows),
        }  # fmt: skip
        return pd.concat(scored, ignore_index=True).assign(**of_part)

    return train_on_part


def curve_measurer(model: str) -> Callable[..., LearningCurve]:
    """Give the node function that puts all parts of one recipe together."""

    def measure_parts(
        train_rows: pd.DataFrame, evaluation: EvaluationOptions, **scores: pd.DataFrame
    ) -> LearningCurve:
        """Measure what each part is worth, and say whether more films are shown to help.

        Args:
            train_rows: All of train.
            evaluation: Coverage of the intervals.
            **scores: `scores_<fit>` of each part and seed.
        """
        from pneumoscope.models.training.record import describe_training_data

        films = describe_training_data(train_rows)
        given: dict[str, Any] = named("scores_", scores)
        curve = measure_curve(model, list(given.values()), films, evaluation.confidence)
        for sentence in curve_sentences(curve):
            logger.info(sentence)
        return curve

    return measure_parts


def draw_curve(curve: LearningCurve) -> Figure:
    """Draw AUROC on validation against the patients of train."""
    return plot_learning_curve(curve_table(curve))
