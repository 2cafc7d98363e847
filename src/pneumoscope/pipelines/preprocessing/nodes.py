"""Rows of each split, and their images in the same order."""

import logging
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.acquisition.measure import NEEDED, measure_acquisition
from pneumoscope.acquisition.records import AcquisitionAudit
from pneumoscope.columns import needing
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographs
from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.lookup import with_columns
from pneumoscope.naming import Column, Split
from pneumoscope.options import AcquisitionOptions, PreprocessingOptions, StressOptions
from pneumoscope.parallel import BatchedMap
from pneumoscope.radiographs.stress import StressTask, degrade, plan_stress, stressed_rows
from pneumoscope.radiographs.transforms import preprocess

logger = logging.getLogger(__name__)

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class _Stress:
    """Degradation of one planned film; picklable, for a cluster."""

    images: ShardedImages

    def __call__(self, task: StressTask) -> Pixels:
        image = self.images[task.position][..., 0]
        return degrade(image, task)[..., np.newaxis]


def select_rows(
    splits: pd.DataFrame, manifest: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give each split its rows: what the manifest knows, plus the sample weight."""
    train, validation, test = (
        with_columns(splits[splits[Column.SPLIT] == split], manifest) for split in Split
    )
    return train, validation, test


@needing(rows=[Column.PATH, Column.SPLIT])
def transform_radiographs(
    decoded: DecodedRadiographs, rows: pd.DataFrame, options: PreprocessingOptions
) -> BatchedMap[Pixels, Pixels]:
    """Transform the radiographs of one split, streamed in the order of its rows."""
    split = rows[Column.SPLIT].iloc[0]
    return BatchedMap(
        partial(preprocess, options=options),
        decoded.films(rows[Column.PATH]),
        options.batch_size,
        f"preprocessing {split}",
    )


@needing(train_rows=[Column.PATH, Column.SPLIT])
def transform_fitted_radiographs(
    decoded: DecodedRadiographs, train_rows: pd.DataFrame, options: PreprocessingOptions
) -> BatchedMap[Pixels, Pixels]:
    """Transform train with the borders that models are fitted with and do not see in use."""
    return transform_radiographs(decoded, train_rows, options.of_fitted_films)


@needing(train_rows=NEEDED, validation_rows=NEEDED, test_rows=NEEDED)
def group_films(
    train_rows: pd.DataFrame,
    validation_rows: pd.DataFrame,
    test_rows: pd.DataFrame,
    decoded: DecodedRadiographs,
    options: AcquisitionOptions,
    confidence: float,
    seed: int,
) -> tuple[pd.DataFrame, AcquisitionAudit]:
    """Tell the class by the periphery alone, and group films by it, fitted on train alone."""
    rows = pd.concat([train_rows, validation_rows, test_rows], ignore_index=True)
    measured, small = decoded.numbers, decoded.small
    table, audit = measure_acquisition(rows, measured, small, options, confidence, seed)
    logger.info("%s %s", audit.verdict, audit.pseudo_sites_verdict)
    return table, audit


def stress_validation(
    validation_images: ShardedImages, validation_rows: pd.DataFrame, options: StressOptions
) -> tuple[BatchedMap[StressTask, Pixels], pd.DataFrame]:
    """Degrade the films of validation in every way that is asked for, and name each."""
    tasks = plan_stress(validation_rows, options.variants)
    images = BatchedMap(_Stress(validation_images), tasks, 32, "stressing validation")
    return images, stressed_rows(validation_rows, options.variants)
