"""What is measured of a film while it is read, and the small picture that is kept of it."""

from dataclasses import dataclass

from pneumoscope.arrays import Grey

SMALL_SIDE = 48
"""Pixels along each side of the small film."""

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


@dataclass(frozen=True, eq=False)
class Measured:
    """One film, measured.

    Attributes:
        numbers: Those of `ACQUISITION`: grey values in [0, 255], shares in [0, 1], a count, and the
            logarithm (base 10) of a ratio.
        small: uint8 (`SMALL_SIDE`, `SMALL_SIDE`), the whole film squashed.
    """

    numbers: dict[str, float]
    small: Grey
