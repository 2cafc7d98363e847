"""One model built, compiled and fitted."""

from typing import Any

import pandas as pd

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.naming import Column, Label
from pneumoscope.options import AugmentationOptions, FittingOptions, ModelOptions


def check_weights(model: ModelOptions, fitting: FittingOptions) -> bool:
    """Make sure that pretrained weights can be had, before hours are spent on training."""
    from pneumoscope.models.weights import check_phases, check_weights

    check_weights(model)
    check_phases(model, fitting)
    return True


def train_model(
    train_images: ShardedImages,
    train_rows: pd.DataFrame,
    validation_images: ShardedImages,
    validation_rows: pd.DataFrame,
    stressed_images: ShardedImages,
    stressed_rows: pd.DataFrame,
    weights_available: bool,
    model: ModelOptions,
    augmentation: AugmentationOptions,
    fitting: FittingOptions,
    seed: int,
) -> tuple[Any, pd.DataFrame]:
    """Build, compile and fit a model; validation chooses its epoch.

    Returns:
        The model of the best epoch and its history, one row an epoch.
    """
    from pneumoscope.models.batches import LabelledRadiographs
    from pneumoscope.models.execution import prepare_backend
    from pneumoscope.models.fitting import fit
    from pneumoscope.models.registry import build

    if not weights_available:
        raise ValueError("expected the weights to have been checked before training")
    prepare_backend(seed)
    built = build(model, train_images.shape[1:], seed, fitting.precision)
    result = fit(
        built,
        model,
        LabelledRadiographs(
            train_images, _labels(train_rows), train_rows[Column.SAMPLE_WEIGHT].to_numpy()
        ),
        LabelledRadiographs(validation_images, _labels(validation_rows)),
        LabelledRadiographs(stressed_images, _labels(stressed_rows)),
        fitting,
        augmentation,
        seed,
    )
    return result.model, result.history


def _labels(rows: pd.DataFrame) -> Any:
    return (rows[Column.LABEL] == Label.PNEUMONIA).to_numpy(dtype=int)
