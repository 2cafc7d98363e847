"""Grey levels of the two classes: how they are spread, and where the classes differ."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.naming import Column, Label

CHUNK = 256
"""Radiographs held in memory at a time."""


@dataclass(frozen=True)
class PixelStatistics:
    """Grey levels by class.

    Attributes:
        histograms: Class to the count of pixels at each grey level, int64 (256,).
        means: Class to the mean radiograph, float64 (height, width) in [0, 255].
    """

    histograms: dict[str, NDArray[np.int64]]
    means: dict[str, NDArray[np.float64]]


def describe_pixels(images: ShardedImages, rows: pd.DataFrame) -> PixelStatistics:
    """Count and average the grey levels of each class, a chunk in memory at a time.

    Args:
        images: uint8 (n, height, width, 1).
        rows: Label of each image, in the same order.
    """
    described = {
        label.value: _describe(images, np.flatnonzero(rows[Column.LABEL] == label))
        for label in Label
    }
    return PixelStatistics(
        histograms={label: histogram for label, (histogram, _) in described.items()},
        means={label: mean for label, (_, mean) in described.items()},
    )


def _describe(
    images: ShardedImages, index: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    histogram, total = np.zeros(256, dtype=np.int64), np.zeros(images.shape[1:3])
    for start in range(0, len(index), CHUNK):
        chunk = images[index[start : start + CHUNK]][..., 0]
        histogram += np.bincount(chunk.ravel(), minlength=256)
        total += chunk.sum(axis=0)
    return histogram, total / len(index)
