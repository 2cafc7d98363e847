"""What surrounds the centre of films, taken from other films or blotted out."""

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]

SOFTNESS = (0.02, 0.15)
"""Least and largest width of the soft edge of a field, as shares of the side."""


def swap_surroundings(
    images: Images, share: float, field: tuple[float, float], rng: np.random.Generator
) -> Images:
    """Give films the surroundings of other films of the batch, so that these say nothing.

    The other film is drawn without a look at its class: what surrounds the centre of a changed
    film is as likely of one class as of the other, whatever its own.

    Args:
        images: uint8 (n, height, width, 1).
        share: Of the films that are changed, in [0, 1].
        field: Least and largest height and width of the centre that stays, as shares of the sides.
        rng: Source of the draws.
    """
    chosen = np.flatnonzero(rng.random(len(images)) < share)
    partners = rng.permutation(len(images))[chosen]
    return _behind(images, chosen, images[partners].astype(np.float32), field, rng)


def drop_surroundings(
    images: Images, share: float, field: tuple[float, float], rng: np.random.Generator
) -> Images:
    """Blot out what surrounds the centre of films: by one grey level, or by noise around it.

    Args:
        images: uint8 (n, height, width, 1).
        share: Of the films that are changed, in [0, 1].
        field: Least and largest height and width of the centre that stays, as shares of the sides.
        rng: Source of the draws.
    """
    chosen = np.flatnonzero(rng.random(len(images)) < share)
    count = (len(chosen), 1, 1, 1)
    level, spread = (
        rng.uniform(0, 255, count),
        rng.uniform(0, 60, count) * rng.integers(0, 2, count),
    )
    noise = rng.standard_normal((len(chosen), *images.shape[1:]), dtype=np.float32)
    return _behind(images, chosen, (level + spread * noise).astype(np.float32), field, rng)


def _behind(
    images: Images,
    chosen: NDArray[np.intp],
    behind: NDArray[np.float32],
    field: tuple[float, float],
    rng: np.random.Generator,
) -> Images:
    """Lay the centres of the chosen films over what is behind them."""
    inside = soft_fields(len(chosen), images.shape[1:3], field, rng)[..., np.newaxis]
    changed = images.copy()
    laid = behind + inside * (images[chosen] - behind)
    changed[chosen] = np.clip(np.rint(laid), 0, 255).astype(np.uint8)
    return changed


def soft_fields(
    count: int, shape: tuple[int, ...], field: tuple[float, float], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw central fields: float32 (count, height, width), 1 inside, 0 outside.

    The edge rises linearly over a width drawn from `SOFTNESS`, from the field's bounds outwards.
    """
    edge = rng.uniform(*SOFTNESS, count)
    rows, columns = (_soft_line(side, rng.uniform(*field, count), edge) for side in shape)
    return rows[:, :, np.newaxis] * columns[:, np.newaxis, :]


def _soft_line(
    side: int, inside: NDArray[np.float64], edge: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Give float32 (n, side): 1 in the middle share of a line, falling to 0 over the edge."""
    away = np.abs((np.arange(side) + 0.5) / side - 0.5)
    beyond = (away - inside[:, np.newaxis] / 2) / edge[:, np.newaxis]
    return np.clip(1 - beyond, 0, 1).astype(np.float32)
