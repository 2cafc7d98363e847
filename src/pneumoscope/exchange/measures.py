"""What telling how a film looks takes beside the contract, for programs without this project."""

from typing import Any

from pneumoscope.ingestion.appearance import DARK, FAR, FLAT, TYPICAL
from pneumoscope.out_of_distribution.distances import LEAST, LOGARITHMIC, ODD, UNITS
from pneumoscope.out_of_distribution.wording import TOGETHER, TOLD
from pneumoscope.radiographs.orientation import LEAST as LEAST_MARGIN
from pneumoscope.radiographs.orientation import template
from pneumoscope.robustness.features import PIXEL_FEATURES


def measures() -> dict[str, Any]:
    """Give the constants and words by which the project tells how a film looks, as plain values."""
    return {
        "template": template().ravel().tolist(),
        "least": LEAST_MARGIN,
        "odd": ODD,
        "far": FAR,
        "typical": TYPICAL,
        "dark": DARK,
        "flat": FLAT,
        "units": UNITS,
        "logarithms": LOGARITHMIC,
        "least_number": LEAST,
        "labels": {name: label.partition(" (")[0] for name, label in PIXEL_FEATURES.items()},
        "told": TOLD,
        "together": TOGETHER,
    }
