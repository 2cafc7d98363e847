"""Rows of each split, and their images in the same order."""

import logging
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.acquisition.measure import NEEDED, measure_acquisition
from pneumoscope.acquisition.records import AcquisitionAudit
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographs
from pneumoscope.datasets.sharded_images import ShardedImages
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
        splits[splits[Column.SPLIT] == split].merge(
            manifest, on=Column.RADIOGRAPH_ID, how="left", validate="many_to_one"
        )
        for split in Split
    )
    return train, validation, test


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


def transform_fitted_radiographs(
    decoded: DecodedRadiographs, train_rows: pd.DataFrame, options: PreprocessingOptions
) -> BatchedMap[Pixels, Pixels]:
    """Transform train with the borders that models are fitted with and do not see in use."""
    return transform_radiographs(decoded, train_rows, options.of_fitted_films)


def group_films(
    train_rows: pd.DataFrame,
    validation_rows: pd.DataFrame,
    test_rows: pd.DataFrame,
    acquisition: pd.DataFrame,
    decoded: DecodedRadiographs,
    options: AcquisitionOptions,
    confidence: float,
    seed: int,
) -> tuple[pd.DataFrame, AcquisitionAudit]:
    """Tell the class by the periphery alone, and group films by it, fitted on train alone."""
    parts = [part[NEEDED] for part in (train_rows, validation_rows, test_rows)]
    rows = pd.concat(parts, ignore_index=True)
    table, audit = measure_acquisition(rows, acquisition, decoded.small, options, confidence, seed)
    logger.info("%s %s", audit.verdict, audit.pseudo_sites_verdict)
    return table, audit


def stress_validation(
    validation_images: ShardedImages, validation_rows: pd.DataFrame, options: StressOptions
) -> tuple[BatchedMap[StressTask, Pixels], pd.DataFrame]:
    """Degrade the films of validation in every way that is asked for, and name each."""
    tasks = plan_stress(validation_rows, options.variants)
    images = BatchedMap(_Stress(validation_images), tasks, 32, "stressing validation")
    return images, stressed_rows(validation_rows, options.variants)
