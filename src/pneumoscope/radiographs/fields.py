"""The centre and the border of a radiograph, as masks, and either blacked out."""

import numpy as np
from numpy.typing import NDArray

from pneumoscope.arrays import Grey

CENTRAL_FIELD = (0.8, 0.9)
"""Height and width of the centre, as shares of the sides.

It is no lung mask. Read by eye off 24 radiographs of each class of Kermany's train, drawn at
random, it holds both lungs whole in 23 NORMAL and 16 PNEUMONIA ones; of the others, framed more
closely, it cuts off mostly an apex.
"""


def central_field(
    shape: tuple[int, int], field: tuple[float, float] = CENTRAL_FIELD
) -> NDArray[np.bool_]:
    """Return a mask of the field around the centre.

    Args:
        shape: Height and width in pixels.
        field: Height and width of the field as shares of the sides, in (0, 1).

    Returns:
        Of that shape, true inside; the field is rounded to whole pixels on each side.
    """
    inside = np.zeros(shape, dtype=bool)
    rows, columns = (
        round(side * (1 - share) / 2) for side, share in zip(shape, field, strict=True)
    )
    inside[rows : shape[0] - rows, columns : shape[1] - columns] = True
    return inside


def outside(side: int) -> NDArray[np.bool_]:
    """Return the mask of what lies outside the central field of a square film."""
    return ~central_field((side, side))


def black_out_centre(image: Grey, field: tuple[float, float] = CENTRAL_FIELD) -> Grey:
    """Black out the field around the centre of uint8 (height, width)."""
    return np.where(central_field(image.shape, field), 0, image).astype(np.uint8)


def keep_centre(image: Grey, field: tuple[float, float] = CENTRAL_FIELD) -> Grey:
    """Black out all but the field around the centre."""
    return np.where(central_field(image.shape, field), image, 0).astype(np.uint8)


def keep_border(image: Grey, share: float) -> Grey:
    """Black out all but the border.

    Args:
        image: uint8 (height, width).
        share: Of each of the four sides that is left, in (0, 0.5).
    """
    return black_out_centre(image, (1 - 2 * share, 1 - 2 * share))
