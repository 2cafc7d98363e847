"""Parts of a film blacked out, to see what a model reads when that part is gone."""

import numpy as np
from numpy.typing import NDArray

from pneumoscope.explanation.outside import central_field

Grey = NDArray[np.uint8]


def black_out_centre(image: Grey, field: tuple[float, float]) -> Grey:
    """Black out the central field.

    Args:
        image: uint8 (height, width).
        field: Height and width of the field, as shares of the image in (0, 1).
    """
    return np.where(central_field(image.shape, field), 0, image).astype(np.uint8)


def keep_centre(image: Grey, field: tuple[float, float]) -> Grey:
    """Black out all but the central field; arguments as in `black_out_centre`."""
    return np.where(central_field(image.shape, field), image, 0).astype(np.uint8)


def keep_border(image: Grey, share: float) -> Grey:
    """Black out all but the border.

    Args:
        image: uint8 (height, width).
        share: Of each of the four sides that is left, in (0, 0.5).
    """
    return black_out_centre(image, (1 - 2 * share, 1 - 2 * share))
