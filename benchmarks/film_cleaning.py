"""Films with burnt-in marks filled in, black borders cut off, or flat surroundings."""

from collections.abc import Callable

import cv2
import numpy as np

from pneumoscope.arrays import Grey
from pneumoscope.radiographs.acquisition import SIDE
from pneumoscope.radiographs.fields import central_field

CORNER, WIDEST, AREA, BLACK = SIDE // 4, 15, (3, 200), 16
"""What `radiographs/acquisition.py` counts as a mark in a corner, and as a black line."""

MARGIN, REACH = 2, 3
"""Pixels at 224 x 224 by which a mark is widened, and from how far around it is filled in."""


def as_is(film: Grey) -> Grey:
    """Leave a film as it is."""
    return film


def without_corner_marks(film: Grey) -> Grey:
    """Fill in the marks that the audit counts: small, bright, in the four corners."""
    return filled(film, marks(film, 70, in_corners=True))


def without_marks(film: Grey) -> Grey:
    """Fill in fainter marks too (letters, electrodes), anywhere outside the centre."""
    return filled(film, marks(film, 40, in_corners=False))


def without_borders(film: Grey) -> Grey:
    """Cut black rows and columns off the edges."""
    small = cv2.resize(film, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    height, width = film.shape
    top, bottom = lit((small < BLACK).mean(axis=1), height)
    left, right = lit((small < BLACK).mean(axis=0), width)
    return film[top:bottom, left:right]


def cleaned(film: Grey) -> Grey:
    """Fill in all marks, and cut off black borders."""
    return without_borders(without_marks(film))


def flat_surroundings(film: Grey) -> Grey:
    """Give all that lies outside the centre the mean grey of the centre."""
    inside = central_field(film.shape)
    return np.where(inside, film, round(float(film[inside].mean()))).astype(np.uint8)


def central(film: Grey) -> Grey:
    """Keep the central 80 % of each side."""
    height, width = film.shape
    top, left = round(height * 0.1), round(width * 0.1)
    return np.ascontiguousarray(film[top : height - top, left : width - left])


CLEANINGS: dict[str, Callable[[Grey], Grey]] = {
    "as they are": as_is,
    "corner marks filled in": without_corner_marks,
    "all marks filled in": without_marks,
    "black borders cut off": without_borders,
    "marks and borders": cleaned,
    "flat surroundings": flat_surroundings,
    "central 80 %": central,
}


def marks(film: Grey, brighter: int, *, in_corners: bool) -> Grey:
    """Return uint8 (224, 224): 1 where a mark lies."""
    small = cv2.resize(film, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (WIDEST, WIDEST))
    relief = cv2.morphologyEx(small, cv2.MORPH_TOPHAT, square)
    _, standing_out = cv2.threshold(relief, brighter - 1, 1, cv2.THRESH_BINARY)
    _, labels, found, centres = cv2.connectedComponentsWithStats(standing_out, ltype=cv2.CV_16U)
    areas = found[:, cv2.CC_STAT_AREA]
    kept = (areas >= AREA[0]) & (areas <= AREA[1])
    if in_corners:
        kept &= (np.minimum(centres, SIDE - 1 - centres) < CORNER).all(axis=1)
    else:
        places = np.nan_to_num(centres).round().astype(int).clip(0, SIDE - 1)
        kept &= ~central_field((SIDE, SIDE))[places[:, 1], places[:, 0]]
    kept[0] = False
    return kept[labels].astype(np.uint8)


def filled(film: Grey, mask: Grey) -> Grey:
    """Fill in what is marked from its surroundings.

    Source: Telea 2004, doi:10.1080/10867651.2004.10487596.
    """
    if not mask.any():
        return film
    wide = cv2.dilate(mask, np.ones((2 * MARGIN + 1,) * 2, np.uint8))
    whole = cv2.resize(wide, film.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.inpaint(film, whole, REACH, cv2.INPAINT_TELEA), dtype=np.uint8)


def lit(black: np.ndarray, pixels: int) -> tuple[int, int]:
    """Return the first and last of the lines that are not black, at the film's own size."""
    lines = np.flatnonzero(black < 0.9)
    if not len(lines):
        return 0, pixels
    return lines[0] * pixels // SIDE, -(-(lines[-1] + 1) * pixels // SIDE)
