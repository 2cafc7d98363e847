"""Pictures of a film as text that a page can show."""

import base64
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pneumoscope.inference.predictor import FilmPrediction


def images_of(found: FilmPrediction) -> dict[str, str | None] | None:
    """Give a film as the model saw it, and the map of what spoke for its decision.

    Args:
        found: With pictures where they were asked for; without them there are none.
    """
    if found.seen is None:
        return None
    strength = found.attribution
    return {
        "film": _png(found.seen),
        "map": None if strength is None else _png(np.rint(255 * strength).astype(np.uint8)),
    }


def _png(pixels: NDArray[np.uint8]) -> str:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
