"""What of a film speaks for its decision, by hiding it place by place: of any model."""

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from pneumoscope.inference.scored import Pixels, Scorer
from pneumoscope.radiographs.transforms import preprocess

CELLS = (14, 10, 8, 6, 5)
"""Steps along each side; as fine as the time allows. A window is two of them wide."""

_BOUND = 1e-7
"""Scores this near to 0 or 1 count as that far away, for their logits end."""

Region = tuple[slice, slice]


class NoMap(Exception):
    """There is no map of a film; says why."""


def occlusion_map(
    scorer: Scorer,
    film: Pixels,
    towards: int,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[NDArray[np.float32], str]:
    """Map how far a decision weakens where a part of a film is hidden by its mean grey.

    Args:
        scorer: The model.
        film: Decoded, uint8 (height, width).
        towards: 1 for PNEUMONIA, -1 for NORMAL: what the score speaks for.
        seconds: Within which it is done; coarser where the model is slow.
        clock: Seconds that have passed.

    Returns:
        In [0, 1], float32 of the size that the model sees, 0 where hiding weakens nothing; and how
        it was made.

    Raises:
        NoMap: The model is too slow for that, or hiding weakens the decision nowhere.

    Source: Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks, 4.2.
    """
    began = clock()
    whole = _logit(scorer, film)
    cells = _cells(clock() - began, seconds)
    # What moves pixels, without what changes grey values.
    geometry = scorer.preprocessing.model_copy(update={"clahe": None, "equalise_quality": None})
    weakened = np.zeros(geometry.size)
    covered = np.zeros(geometry.size)
    grey = np.uint8(round(float(film.mean())))
    for region in _windows(film.shape, cells):
        if clock() - began > 2 * seconds:
            raise NoMap(f"hiding the film place by place takes longer than {2 * seconds:g} s")
        hidden, mask = film.copy(), np.zeros_like(film)
        hidden[region], mask[region] = grey, 255
        shown = preprocess(mask, geometry)[..., 0] / 255
        weakened += shown * towards * (whole - _logit(scorer, hidden))
        covered += shown
    mean = np.divide(weakened, covered, out=np.zeros_like(weakened), where=covered > 0)
    strongest = mean.max()
    if strongest <= 0:
        raise NoMap("hiding no part of the film weakens the decision")
    method = (
        f"occlusion: how far the decision weakens where a window of 1/{cells // 2} of each side "
        f"is hidden by grey, at {(cells - 1) ** 2} places"
    )
    return np.maximum(mean / strongest, 0).astype(np.float32), method


def _cells(each: float, seconds: float) -> int:
    """Choose how finely a film is hidden, by the time that one score takes."""
    for cells in CELLS:
        if (cells - 1) ** 2 * each <= seconds:
            return cells
    raise NoMap(f"hiding the film place by place takes longer than {seconds:g} s")


def _windows(shape: tuple[int, ...], cells: int) -> Iterator[Region]:
    edges = [np.linspace(0, side, cells + 1).round().astype(int) for side in shape]
    for row in range(cells - 1):
        for column in range(cells - 1):
            yield (
                slice(edges[0][row], edges[0][row + 2]),
                slice(edges[1][column], edges[1][column + 2]),
            )


def _logit(scorer: Scorer, film: Pixels) -> float:
    score = np.clip(np.float64(scorer.score([film]).scores[0]), _BOUND, 1 - _BOUND)
    return float(np.log(score / (1 - score)))
