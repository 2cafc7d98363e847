"""Marks as they are burnt into films or lie on them: letters, times, exposures, blobs, borders."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Mark = NDArray[np.float32]
"""Opacity (height, width) in [0, 1]."""

_KINDS = 64
"""Marks in a bank: enough that none is learnt by heart."""

_HEIGHT = (0.03, 0.1)
"""Height of a mark, as a share of the film's."""

_MOST_MARKS = 4
_CORNER = 0.25
"""Marks lie at most this share of the side away from the nearest edge, along both sides."""

_LEVEL = (170, 256)
"""Grey levels of marks."""

_BORDER = 0.15
"""Largest width of a border, as a share of the side."""

_BLACKEST = 16
"""Grey level below which a border is."""


def draw_bank(side: int, seed: int) -> Sequence[Mark]:
    """Draw the marks that films of a side may get; equal arguments give equal marks."""
    rng = np.random.default_rng(seed)
    return [_draw(_wording(rng), side, rng) for _ in range(_KINDS)]


def add_marks(
    images: Images, share: float, bank: Sequence[Mark], rng: np.random.Generator
) -> Images:
    """Lay one to four bright marks over the corners of films, whatever their class.

    Args:
        images: uint8 (n, height, width, 1).
        share: Of the films that are changed, in [0, 1].
        bank: From `draw_bank`.
        rng: Source of the draws.
    """
    changed = images.copy()
    for position in np.flatnonzero(rng.random(len(images)) < share):
        for _ in range(rng.integers(1, _MOST_MARKS + 1)):
            _lay(changed[position, ..., 0], bank[rng.integers(len(bank))], rng)
    return changed


def add_borders(images: Images, share: float, rng: np.random.Generator) -> Images:
    """Blacken borders of random width of films, on each side half of the time.

    Args:
        images: uint8 (n, height, width, 1).
        share: Of the films that are changed, in [0, 1].
        rng: Source of the draws.
    """
    height, width = images.shape[1:3]
    changed = images.copy()
    for position in np.flatnonzero(rng.random(len(images)) < share):
        reach = rng.uniform(0, _BORDER, 4) * rng.integers(0, 2, 4)
        top, bottom = (round(part * height) for part in reach[:2])
        left, right = (round(part * width) for part in reach[2:])
        kept = changed[position, top : height - bottom, left : width - right].copy()
        changed[position] = rng.integers(_BLACKEST)
        changed[position, top : height - bottom, left : width - right] = kept
    return changed


def _wording(rng: np.random.Generator) -> str:
    """Draw what a mark says; "" is a blob, such as an electrode."""
    hour, minute, exposure, charge = rng.integers((0, 0, 50, 10), (24, 60, 120, 100))
    wordings = (
        "R", "L", "AP", "PA", f"{hour}:{minute:02d}", f"{exposure}kV", f"{charge / 10}mAs", "",
    )  # fmt: skip
    return wordings[rng.integers(len(wordings))]


def _draw(wording: str, side: int, rng: np.random.Generator) -> Mark:
    """Draw a mark four times as large and shrink it, so that its edges are soft."""
    import cv2

    height = max(2, round(side * rng.uniform(*_HEIGHT)))
    if not wording:
        size = (height, height)
        large = np.zeros((4 * height, 4 * height), dtype=np.uint8)
        cv2.circle(large, (2 * height, 2 * height), 2 * height - 1, 255, -1)
    else:
        thickness = max(1, round(height * rng.uniform(0.3, 0.8)))
        scale = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, 4 * height, thickness)
        (columns, rows), below = cv2.getTextSize(
            wording, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness
        )
        large = np.zeros((rows + below + thickness, columns + thickness), dtype=np.uint8)
        at = (thickness // 2, rows + thickness // 2)
        cv2.putText(large, wording, at, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thickness)
        size = (max(1, round(large.shape[1] / 4)), max(1, round(large.shape[0] / 4)))
    return cv2.resize(large, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _lay(film: Images, mark: Mark, rng: np.random.Generator) -> None:
    """Lay a mark over a corner of a film, in place."""
    mark = mark[: film.shape[0], : film.shape[1]]
    top, left = (
        _near_an_edge(whole, part, rng) for whole, part in zip(film.shape, mark.shape, strict=True)
    )
    under = film[top : top + mark.shape[0], left : left + mark.shape[1]]
    opacity = mark * rng.uniform(0.5, 1)
    under[:] = np.rint(under + opacity * (rng.integers(*_LEVEL) - under)).astype(np.uint8)


def _near_an_edge(whole: int, part: int, rng: np.random.Generator) -> int:
    """Draw where a mark begins, so that it lies in the outer quarter at one end of a side."""
    free = whole - part
    away = round(rng.uniform(0, min(free, whole * _CORNER)))
    return away if rng.random() < 0.5 else free - away
