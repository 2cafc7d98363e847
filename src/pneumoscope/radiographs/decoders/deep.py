"""Samples of more than 8 bits: read at full depth, and brought to 8 by a scale that is told."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pneumoscope.radiographs.decoders.grey import INVERTED, check_visible, transparent
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph, noted

TYPICAL_WHITE = 207
"""Grey level that the brightest half per cent of an 8-bit film begins at: the median of 4,675
films of Kermany's, so that films of deeper storage come out about as bright as those."""

BRIGHTEST = 0.995
"""Quantile of a film's levels that stands for white; what is above it saturates by and by."""

_SAMPLED = 512
"""Rows and columns that suffice to find it."""

_BAND = 256
"""Rows that are held in floating point at a time."""

_HIGHEST = 65535
_FILM = 0.5
"""Least share of the pixels above 0 that belongs to the film and not to marks on it."""

_ONE_LEVEL = 0.95
"""Half of the pixels of marks are at least this part of their brightest: they have one level, and
a small body in a large dark field has many."""

_GAP = 0.001
"""Share of pixels below which the levels between one and twice that one count as empty."""

_TO_GREY = np.array([0.114, 0.587, 0.299], dtype=np.float32)
"""Weights of blue, green and red by ITU-R 601, as Pillow and libjpeg have them."""

Samples = NDArray[np.integer]
Levels = NDArray[np.float32]

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
"""OpenCV tells of damage on the standard error stream, where no file is named; here it is told
with the reason for a refusal."""


def read_samples(data: bytes, what: str) -> Samples:
    """Read the samples of a PNG, TIFF or JPEG 2000 at full depth; Pillow keeps 8 bits of colour.

    Returns:
        (height, width), or with channels as `deep_to_grey` takes them.

    Raises:
        UnreadableRadiograph: They cannot be read; `what` says of which kind they are.
    """
    samples: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None or samples.dtype == np.uint8:
        raise UnreadableRadiograph(f"{what} cannot be decoded at its depth: damaged, or too odd")
    if samples.min() < 0 or samples.max() > _HIGHEST:
        raise UnreadableRadiograph(
            f"expected grey values of at most 16 bits, received {samples.min()} to {samples.max()}"
        )
    return samples


def deep_to_grey(
    samples: Samples,
    declared: int | None = None,
    white_is_zero: bool = False,
    premultiplied: bool = False,
) -> tuple[Image.Image, str]:
    """Turn samples of more than 8 bits into grey, and say by which scale.

    Scanners store 10, 12 or 14 bits in 16, so the storage says nothing of the scale. Where the
    file declares it, it holds; else the film's own brightest half per cent becomes
    `TYPICAL_WHITE`, marks that are burnt in far above the film left out. So the scale changes
    by little when a film does, and depends on no other file.

    Args:
        samples: uint16 (height, width), or with channels: grey and alpha, or blue, green, red
            and perhaps alpha.
        declared: Bits that the file says are in use, or None where it does not.
        white_is_zero: Whether bright is stored as low.
        premultiplied: Whether colours are multiplied by alpha already.

    Raises:
        UnreadableRadiograph: It is transparent all over.
    """
    share = check_visible(samples[..., -1], _HIGHEST) if _has_alpha(samples) else 0.0
    step = max(1, min(samples.shape[:2]) // _SAMPLED)
    sampled, black = _luminance(samples[::step, ::step], premultiplied), None
    if white_is_zero:
        black = 2.0**declared - 1 if declared else float(_film_levels(sampled)[-1])
        sampled = np.maximum(black - sampled, 0)
    gain, scale = _scale(sampled, declared)
    grey = np.empty(samples.shape[:2], np.uint8)
    for start in range(0, len(grey), _BAND):
        band = _luminance(samples[start : start + _BAND], premultiplied)
        levels = band if black is None else np.maximum(black - band, 0)
        grey[start : start + _BAND] = np.rint(np.minimum(gain * levels, 255))
    return Image.fromarray(grey), noted(
        f"converted from more than 8 bits to 8 ({scale})",
        INVERTED if white_is_zero else "",
        transparent(share) if share else "",
    )


def _scale(sampled: Levels, declared: int | None) -> tuple[float, str]:
    """Give what levels are multiplied by, and say why."""
    if declared:
        return 255 / (2**declared - 1), f"{declared} bits as its file declares"
    white = max(float(np.quantile(_film_levels(sampled), BRIGHTEST)), 1.0)
    # A level is never spread over several: a film of 8 bits in deeper storage stays as it is.
    gain = min(TYPICAL_WHITE / white, 1.0)
    return gain, f"level {white:.0f}, which half a per cent exceeds, to {gain * white:.0f}"


def _has_alpha(samples: Samples) -> bool:
    return samples.ndim == 3 and samples.shape[2] % 2 == 0


def _luminance(samples: Samples, premultiplied: bool) -> Levels:
    if samples.ndim == 2:
        return samples.astype(np.float32)
    if samples.shape[2] > 2:
        grey = samples[..., :3].astype(np.float32) @ _TO_GREY
    else:
        grey = samples[..., 0].astype(np.float32)
    if _has_alpha(samples) and not premultiplied:
        grey *= samples[..., -1].astype(np.float32) / _HIGHEST
    return grey


def _film_levels(sampled: Levels) -> Levels:
    """Sort the levels above 0 of a film, without those of marks burnt in far above it."""
    levels = np.sort(sampled[sampled > 0], axis=None)
    if not levels.size:
        return np.ones(1, np.float32)
    # A mark lies above levels that hardly a pixel has, from the film's brightest to its double.
    top = levels[int(_FILM * levels.size) :]
    up_to, up_to_double = (levels.searchsorted(factor * top, "right") for factor in (1, 2))
    median = levels[(up_to_double + levels.size) // 2 - (up_to_double == levels.size)]
    marked = (
        (up_to_double - up_to < _GAP * levels.size)
        & (up_to_double < levels.size)
        & (median >= _ONE_LEVEL * levels[-1])
    )
    return levels[: up_to[marked.argmax()]] if marked.any() else levels
