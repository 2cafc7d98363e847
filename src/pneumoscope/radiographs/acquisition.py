"""Who took a film, and how: burnt-in marks, black borders, tones and sharpness off the centre.

All is measured outside the central field of `fields.py`, which holds both lungs of most films, at
one size, so that films of every resolution are measured alike.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pneumoscope.arrays import BoolArray, Grey
from pneumoscope.radiographs.fields import central_field

SIDE = 224
"""Pixels along each side at which a film is measured; letters and electrodes are still there."""

PERIPHERY_SIDE = 48
"""Pixels along each side of the small film whose periphery is kept."""

ACQUISITION = {
    "marks": "the number of small bright marks in the corners",
    "mark_area": "the area of small bright marks in the corners",
    "black_rows": "black borders above and below (share of the height)",
    "black_columns": "black borders to the left and right (share of the width)",
    "saturated_black": "the share of saturated black outside the centre",
    "saturated_white": "the share of saturated white outside the centre",
    "dark_tones_outside": "the darkest tones outside the centre (5th percentile)",
    "middle_tones_outside": "the middle tones outside the centre (median)",
    "bright_tones_outside": "the brightest tones outside the centre (95th percentile)",
    "sharpness_outside": "sharpness outside the centre (Laplacian against grey values, log ratio)",
}
"""What is measured of each film, and what reports call it."""

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


def outside(side: int) -> BoolArray:
    """Return the mask of what lies outside the central field of a square film."""
    return ~central_field((side, side))


def measure_acquisition(pixels: Grey) -> dict[str, float]:
    """Measure one film, in 0.6 ms: the numbers of `ACQUISITION`.

    Which marks count was chosen on the 4,675 films of Kermany's training part.

    Args:
        pixels: uint8 (height, width) of any size.

    Returns:
        Grey values in [0, 255], shares in [0, 1], a count, and the logarithm (base 10) of a ratio.
    """
    film = _squashed(pixels, SIDE)
    off_centre = film[_OUTSIDE]
    black, white = _SATURATED
    dark, middle, bright = _quantiles(off_centre, (0.05, 0.5, 0.95))
    marks, area = _marks(film)
    return {
        "marks": float(marks),
        "mark_area": area / (4 * _CORNER**2),
        "black_rows": _border(film),
        "black_columns": _border(np.ascontiguousarray(film.T)),
        "saturated_black": float((off_centre <= black).mean()),
        "saturated_white": float((off_centre >= white).mean()),
        "dark_tones_outside": dark,
        "middle_tones_outside": middle,
        "bright_tones_outside": bright,
        "sharpness_outside": _sharpness(film),
    }


def periphery(pixels: Grey) -> NDArray[np.uint8]:
    """Return what lies outside the centre of a film at 48 × 48 pixels: uint8 (632,)."""
    kept: NDArray[np.uint8] = _squashed(pixels, PERIPHERY_SIDE)[outside(PERIPHERY_SIDE)]
    return kept


_OUTSIDE = outside(SIDE)


def _squashed(pixels: Grey, side: int) -> Grey:
    small: Grey = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA).astype(
        np.uint8, copy=False
    )
    return small


def _quantiles(values: Grey, shares: tuple[float, ...]) -> list[float]:
    counted = np.cumsum(np.bincount(values, minlength=256))
    return [float(level) for level in np.searchsorted(counted, np.array(shares) * len(values))]


def _marks(film: Grey) -> tuple[int, int]:
    """Count the small bright marks in the four corners, and their pixels."""
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (_WIDEST, _WIDEST))
    standing_out = cv2.morphologyEx(film, cv2.MORPH_TOPHAT, square) >= _BRIGHTER
    _, _, found, centres = cv2.connectedComponentsWithStats(standing_out.astype(np.uint8))
    areas, centres = found[1:, cv2.CC_STAT_AREA], centres[1:]
    near = np.minimum(centres, SIDE - 1 - centres) < _CORNER
    least, most = _MARK_AREA
    kept = near.all(axis=1) & (areas >= least) & (areas <= most)
    return int(kept.sum()), int(areas[kept].sum())


def _border(film: Grey) -> float:
    """Return the share of the rows that are black from the top or the bottom inwards."""
    lit = np.flatnonzero((film < _BLACK).mean(axis=1) < 0.9)
    return 1 - (int(lit[-1]) + 1 - int(lit[0])) / SIDE if len(lit) else 1.0


def _sharpness(film: Grey) -> float:
    """Compare the Laplacian's variance off the centre with that of grey values; -6 is none."""
    edges = cv2.Laplacian(film, cv2.CV_32F)[_OUTSIDE].var()
    spread = film[_OUTSIDE].var()
    return float(np.log10(max(float(edges / spread), 1e-6))) if spread > 0 else -6.0
