"""One model built, compiled and fitted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope.arrays import IntArray
from pneumoscope.datasets.checkpoint import CheckpointFolder
from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.datasets.tuning_studies import StudyFolder
from pneumoscope.models.records import PrecisionChoice, TrainingRecord
from pneumoscope.naming import Column, Label
from pneumoscope.options import PreprocessingOptions, Recipe


def check_weights(recipe: Recipe) -> bool:
    """Make sure that pretrained weights can be had, before hours are spent on training."""
    from pneumoscope.models.architectures.weights import check_weights

    check_weights(recipe.model)
    return True


def choose_precision(
    train_images: ShardedImages, known_precisions: dict, recipe: Recipe
) -> tuple[PrecisionChoice, dict]:
    """Choose float32 or bfloat16: the one that is set, or the faster one on this machine.

    Returns:
        The choice with its reason, and what was measured for it.
    """
    from pneumoscope.models.training.execution import prepare_backend
    from pneumoscope.models.training.precision import choose_precision as choose

    # The threads and the determinism of training, so that what is timed is what will run.
    prepare_backend(seed=0)
    return choose(recipe, train_images.shape[1:], known_precisions)


def model_trainer(name: str) -> Callable[..., tuple[Any, pd.DataFrame]]:
    """Give the node function that trains the model of one block of parameters.

    Args:
        name: The block, which log lines call the training by.
    """

    def train_model(
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
        seed: int,
    ) -> tuple[Any, pd.DataFrame]:
        """Build, compile and fit a model; validation chooses its epoch.

        Returns:
            The model of the best epoch and its history, one row an epoch.
        """
        from pneumoscope.models.architectures.registry import build
        from pneumoscope.models.training.execution import prepare_backend
        from pneumoscope.models.training.fit import fit

        if not weights_available:
            raise ValueError("expected the weights to have been checked before training")
        seed = recipe.fitting.seed_or(seed)
        prepare_backend(seed)
        built = build(recipe.model, train_images.shape[1:], seed, precision.precision)
        data = training_data(
            train_images, train_rows, validation_images, validation_rows, stressed_images,
            stressed_rows, pseudo_sites,
        )  # fmt: skip
        result = fit(built, recipe, data, seed, title=name, store=checkpoint)
        return result.model, result.history

    return train_model


def record_training(
    model: Any,
    history: pd.DataFrame,
    train_rows: pd.DataFrame,
    precision: PrecisionChoice,
    studies: StudyFolder,
    recipe: Recipe,
    preprocessing: PreprocessingOptions,
    working_side: int,
    seed: int,
) -> TrainingRecord:
    """Put on record where a model comes from, for its contract, and how much was tried before."""
    from pneumoscope.models.training.record import Origin, training_record
    from pneumoscope.tuning.tried import tuning_of

    origin = Origin(recipe, preprocessing, working_side, seed)
    record = training_record(model, history, train_rows, origin, precision)
    return replace(record, tuning=tuning_of(recipe, record.data.sha256, studies.read().values()))


def training_data(
    train_images: ShardedImages,
    train_rows: pd.DataFrame,
    validation_images: ShardedImages,
    validation_rows: pd.DataFrame,
    stressed_images: ShardedImages,
    stressed_rows: pd.DataFrame,
    pseudo_sites: pd.DataFrame,
) -> Any:
    """Put together what a model is fitted on: a `TrainingData`."""
    from pneumoscope.models.training.batches import (
        ChosenRadiographs,
        LabelledRadiographs,
        TrainingData,
    )

    known, chosen = _labels(validation_rows), hard_films(validation_rows, pseudo_sites)
    hard = None
    if len(chosen):
        hard = LabelledRadiographs(ChosenRadiographs(validation_images, chosen), known[chosen])
    weights = train_rows[Column.SAMPLE_WEIGHT].to_numpy()
    return TrainingData(
        LabelledRadiographs(train_images, _labels(train_rows), weights),
        LabelledRadiographs(validation_images, known),
        LabelledRadiographs(stressed_images, _labels(stressed_rows)),
        hard,
    )


def hard_films(rows: pd.DataFrame, pseudo_sites: pd.DataFrame) -> IntArray:
    """Return the positions of the hard films among rows; none where there are too few of them."""
    hard = pseudo_sites[Column.RADIOGRAPH_ID][pseudo_sites[Column.HARD]]
    return np.flatnonzero(rows[Column.RADIOGRAPH_ID].isin(hard))


def _labels(rows: pd.DataFrame) -> Any:
    return (rows[Column.LABEL] == Label.PNEUMONIA).to_numpy(dtype=int)
