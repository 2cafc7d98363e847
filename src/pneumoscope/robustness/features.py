"""Features of films that say nothing of the lungs: exposure, storage and framing."""

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import FloatArray, IntArray
from pneumoscope.ingestion.shortcuts import SHORTCUTS, shortcut_values
from pneumoscope.naming import FeatureSet
from pneumoscope.progress import track

if TYPE_CHECKING:
    from pneumoscope.models.training.batches import RadiographArray

Grey = NDArray[np.uint8]

BORDER = 0.05
"""Share of each side that counts as border."""

BLACK = 16
"""Grey level below which a pixel is black."""

CHUNK = 64
"""Radiographs held in memory at a time."""

PIXEL_FEATURES = {
    "mean_grey": "the mean grey value",
    "grey_spread": "the spread of grey values",
    "dark_tones": "the darkest tones (5th percentile)",
    "bright_tones": "the brightest tones (95th percentile)",
    "entropy": "the entropy of grey values",
    "sharpness": "sharpness (variance of the Laplacian)",
    "fine_detail": "fine detail (share of the upper half of the frequencies)",
    "border_grey": "the mean grey value of the border",
    "black_border": "the black share of the border",
}
"""Numbers of the stored image, which a model sees; each with what reports call it."""

FILE_FEATURES = SHORTCUTS
"""Numbers of the file, which a model sees only by the traces that they leave."""

FEATURES = {**PIXEL_FEATURES, **FILE_FEATURES}

SETS = {
    FeatureSet.ALL: list(FEATURES),
    FeatureSet.PIXELS: list(PIXEL_FEATURES),
    FeatureSet.FILE: list(FILE_FEATURES),
}
"""Features by where they are read: a model sees pixels; a file shows only by its traces there."""


def film_features(images: "RadiographArray", rows: pd.DataFrame, title: str) -> pd.DataFrame:
    """Compute every number of every film, a chunk in memory at a time.

    Args:
        images: uint8 (n, height, width, 1).
        rows: What the manifest knows of each image, in the same order.
        title: What the progress line calls the work.

    Returns:
        float64, one row an image, the columns of `FEATURES`, index from 0.
    """
    films = (
        film
        for start in range(0, len(rows), CHUNK)
        for film in images[np.arange(start, min(start + CHUNK, len(rows)))]
    )
    measured = [pixel_features(film[..., 0]) for film in track(films, len(rows), title)]
    pixels = pd.DataFrame(measured, columns=list(PIXEL_FEATURES))
    return pd.concat([pixels, shortcut_values(rows).reset_index(drop=True)], axis=1)


def pixel_features(image: Grey) -> dict[str, float]:
    """Compute the numbers of `PIXEL_FEATURES`.

    Args:
        image: uint8 (height, width).

    Returns:
        Grey values in [0, 255], shares in [0, 1], the entropy in bits.
    """
    border = image[_border(image.shape)]
    counts = np.bincount(image.ravel(), minlength=256)
    dark, bright = _percentiles(counts, (5, 95))
    mean = image.mean()
    away = image - mean
    return {
        "mean_grey": float(mean),
        "grey_spread": float(np.sqrt((away * away).mean())),
        "dark_tones": dark,
        "bright_tones": bright,
        "entropy": _entropy(counts),
        "sharpness": float(cv2.Laplacian(image, cv2.CV_64F).var()),
        "fine_detail": _fine_detail(away),
        "border_grey": float(border.mean()),
        "black_border": float((border < BLACK).mean()),
    }


@lru_cache(maxsize=1)  # films of one model have one shape
def _border(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    inner = np.ones(shape, dtype=bool)
    high, wide = (max(1, round(side * BORDER)) for side in shape)
    inner[high:-high, wide:-wide] = False
    return inner


def _percentiles(counts: IntArray, percentiles: tuple[float, ...]) -> list[float]:
    """Give what `np.percentile` gives of the pixels, from counts of their levels."""
    below = np.cumsum(counts)
    places = (below[-1] - 1) * np.true_divide(percentiles, 100)
    first = np.floor(places)
    low, high = (np.searchsorted(below, first + step, side="right") for step in (0, 1))
    part, apart = places - first, high - low
    found = np.where(part < 0.5, low + apart * part, high - apart * (1 - part))
    return [float(level) for level in found]


def _entropy(counts: IntArray) -> float:
    shares = counts / counts.sum()
    present = shares[shares > 0]
    return float(-(present * np.log2(present)).sum())


def _fine_detail(away: FloatArray) -> float:
    """Give the share of the upper half of the frequencies, of grey values less their mean."""
    # A flat film has no frequency but 0, and so no detail at all.
    power = np.abs(np.fft.rfft2(away)) ** 2
    total = power.sum()
    return float(power[_upper_half(away.shape)].sum() / total) if total > 0 else 0.0


@lru_cache(maxsize=1)
def _upper_half(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    rows, columns = np.fft.fftfreq(shape[0]), np.fft.rfftfreq(shape[1])
    return np.maximum(np.abs(rows)[:, None], columns) >= 0.25
