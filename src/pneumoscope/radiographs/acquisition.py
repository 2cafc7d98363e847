"""Who took a film, and how: burnt-in marks, black borders, tones and sharpness off the centre.

All is measured outside the central field of `fields.py`, which holds both lungs of most films, at
one size, so that films of every resolution are measured alike.
"""

import cv2
import numpy as np

from pneumoscope.arrays import Grey, IntArray
from pneumoscope.radiographs.fields import outside
from pneumoscope.radiographs.measured import SMALL_SIDE, Measured

SIDE = 224
"""Pixels along each side at which a film is measured; letters and electrodes are still there."""

_CORNER = SIDE // 4
"""Side of the square in each corner in which marks are counted."""

_BRIGHTER = 70
"""Grey levels by which a mark exceeds what surrounds it."""

_WIDEST = 15
"""Pixels: what is wider in both directions is no mark (an opening by a square of this side)."""

_MARK_AREA = (3, 200)
"""Least and most pixels of a mark: less is noise, more is a shoulder or the film's own frame."""

_BLACK = 16
"""Grey level below which nine of ten pixels of a line lie where it belongs to a black border."""

_SATURATED = (2, 250)
"""Grey levels up to which a pixel is saturated black, and from which on white."""


def measure_film(pixels: Grey) -> Measured:
    """Measure one film, and make it small.

    Which marks count was chosen on the 4,675 films of Kermany's training part.

    Args:
        pixels: uint8 (height, width) of any size.
    """
    film = _squashed(pixels, SIDE)
    off_centre = film.ravel()[_OUTSIDE]
    counts = cv2.calcHist([off_centre], [0], None, [256], [0, 256]).ravel()
    black, white = _SATURATED
    below = np.cumsum(counts, dtype=np.int64)
    dark, middle, bright = _quantiles(below, (0.05, 0.5, 0.95))
    marks, area = _marks(film)
    rows, columns = _borders(film)
    numbers = {
        "marks": float(marks),
        "mark_area": area / (4 * _CORNER**2),
        "black_rows": rows,
        "black_columns": columns,
        "saturated_black": float(below[black] / below[-1]),
        "saturated_white": float((below[-1] - below[white - 1]) / below[-1]),
        "dark_tones_outside": dark,
        "middle_tones_outside": middle,
        "bright_tones_outside": bright,
        "sharpness_outside": _sharpness(film, off_centre),
    }
    return Measured(numbers, _squashed(film, SMALL_SIDE))


_OUTSIDE = np.flatnonzero(outside(SIDE))
"""A quarter of the pixels: picked once, they are counted in a third of the time of a mask."""


def _squashed(pixels: Grey, side: int) -> Grey:
    small: Grey = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA).astype(
        np.uint8, copy=False
    )
    return small


def _quantiles(below: IntArray, shares: tuple[float, ...]) -> list[float]:
    return [float(level) for level in np.searchsorted(below, np.array(shares) * below[-1])]


_SQUARE = cv2.getStructuringElement(cv2.MORPH_RECT, (_WIDEST, _WIDEST))


def _marks(film: Grey) -> tuple[int, int]:
    """Count the small bright marks in the four corners, and their pixels."""
    relief = cv2.morphologyEx(film, cv2.MORPH_TOPHAT, _SQUARE)
    _, standing_out = cv2.threshold(relief, _BRIGHTER - 1, 1, cv2.THRESH_BINARY)
    # Labels of 16 bits are found by another algorithm, in a third of the time.
    _, _, found, centres = cv2.connectedComponentsWithStats(standing_out, ltype=cv2.CV_16U)
    areas, centres = found[1:, cv2.CC_STAT_AREA], centres[1:]
    near = np.minimum(centres, SIDE - 1 - centres) < _CORNER
    least, most = _MARK_AREA
    kept = near.all(axis=1) & (areas >= least) & (areas <= most)
    return int(kept.sum()), int(areas[kept].sum())


def _borders(film: Grey) -> tuple[float, float]:
    """Return the shares of rows and of columns that are black from the edges inwards."""
    _, black = cv2.threshold(film, _BLACK - 1, 1, cv2.THRESH_BINARY_INV)
    across, along = (
        np.asarray(cv2.reduce(black, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int64).ravel()
        for axis in (1, 0)
    )
    return _border(across), _border(along)


def _border(black: IntArray) -> float:
    """Return the share of lines that are black from the first or the last inwards."""
    lit = np.flatnonzero(black < 0.9 * SIDE)
    return 1 - (int(lit[-1]) + 1 - int(lit[0])) / SIDE if len(lit) else 1.0


def _sharpness(film: Grey, off_centre: Grey) -> float:
    """Compare the Laplacian's variance off the centre with that of grey values; -6 is none."""
    edges, grey = (
        float(cv2.meanStdDev(values)[1][0, 0]) ** 2
        for values in (cv2.Laplacian(film, cv2.CV_16S).ravel()[_OUTSIDE], off_centre)
    )
    return float(np.log10(max(edges / grey, 1e-6))) if grey > 0 else -6.0
