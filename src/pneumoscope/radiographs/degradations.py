"""Degradations: how a film may differ from hospital to hospital, each with a strength."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

# Options read the strengths off the table below: NumPy, OpenCV, Pillow and pandas, which take long
# to load, are left to the functions that need them.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pneumoscope.arrays import Grey

# Bounds of strengths. A narrower Gaussian changes no grey value; a wider one, a coarser grain or a
# stronger change of shape or grey leaves nothing that a film could look like.
Sigma = Annotated[float, Field(ge=0.1, le=50)]
Detail = Annotated[float, Field(ge=1, le=16)]
Aspect = Annotated[float, Field(ge=0.25, le=4)]
Contrast = Annotated[float, Field(gt=0, le=10)]
Gamma = Annotated[float, Field(ge=0.1, le=10)]
Noise = Annotated[float, Field(gt=0, le=128)]
Degrees = Annotated[float, Field(gt=0, le=180)]
# Pillow's range; above 95 files grow and nothing else changes.
Quality = Annotated[int, Field(ge=1, le=95)]


def recompress(image: Grey, quality: float) -> Grey:
    """Compress as JPEG and decode again.

    Args:
        image: uint8 (height, width).
        quality: From 1 to 95; rounded.
    """
    import numpy as np
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(image).save(buffer, format="JPEG", quality=round(quality))
    with Image.open(buffer) as encoded:
        return np.asarray(encoded, dtype=np.uint8)


def blur(image: Grey, sigma: float) -> Grey:
    """Blur with a Gaussian of this standard deviation, in pixels."""
    import cv2
    import numpy as np

    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.uint8)


def lose_detail(image: Grey, factor: float) -> Grey:
    """Shrink by a factor of at least 1 and enlarge again: fine grain is gone for good."""
    import cv2
    import numpy as np

    height, width = image.shape
    small = (max(1, round(width / factor)), max(1, round(height / factor)))
    shrunk = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(shrunk, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
    )


def change_contrast(image: Grey, factor: float) -> Grey:
    """Scale grey values about their mean; 1 leaves them."""
    mean = image.mean()
    return _as_grey((image - mean) * factor + mean)


def change_gamma(image: Grey, gamma: float) -> Grey:
    """Raise grey values in [0, 1] to a power; below 1 brightens."""
    return _as_grey(255.0 * (image / 255.0) ** gamma)


def add_noise(image: Grey, sigma: float, rng: np.random.Generator) -> Grey:
    """Add Gaussian noise of this standard deviation, in grey levels."""
    return _as_grey(image + rng.normal(0.0, sigma, image.shape))


def rotate(image: Grey, degrees: float) -> Grey:
    """Turn counter-clockwise about the centre; what comes in from outside is mirrored film."""
    import cv2
    import numpy as np

    height, width = image.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    # Black corners would be a mark that no tilted patient leaves.
    turned = cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(turned, dtype=np.uint8)


def reframe(image: Grey, aspect: float) -> Grey:
    """Cut a film to `aspect` times its width over height and bring it back to its shape.

    Above 1 the top and bottom go and what is left looks taller; below 1 the sides go. It is what
    becomes of a film that was collimated otherwise, where films are squashed to one shape.
    """
    import cv2
    import numpy as np

    height, width = image.shape
    rows = max(1, round(height / max(aspect, 1.0)))
    columns = max(1, round(width * min(aspect, 1.0)))
    top, left = (height - rows) // 2, (width - columns) // 2
    kept = image[top : top + rows, left : left + columns]
    return np.asarray(
        cv2.resize(kept, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
    )


def _as_grey(values: NDArray[np.floating]) -> Grey:
    import numpy as np

    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Degradation:
    """One way in which a film grows worse: everything that the project knows of it.

    Attributes:
        apply: From uint8 (height, width), a strength and a source of draws to the same shape.
        strength: Type of a strength, with its bounds.
        label: What reports call it, with the unit of the strength.
        neutral: The strength that changes nothing; None where each changes something.
    """

    apply: Callable[[Grey, float, np.random.Generator], Grey]
    strength: Any
    label: str
    neutral: float | None = None


def _undrawn(change: Callable[[Grey, float], Grey]) -> Callable[..., Grey]:
    return lambda image, strength, _: change(image, strength)


def _turn_either_way(image: Grey, degrees: float, rng: np.random.Generator) -> Grey:
    return rotate(image, degrees * rng.choice((-1, 1)))


DEGRADATIONS: dict[str, Degradation] = {
    "aspect": Degradation(_undrawn(reframe), Aspect, "wider frame (factor)", neutral=1.0),
    "rotation": Degradation(_turn_either_way, Degrees, "rotation (degrees)"),
    "detail": Degradation(_undrawn(lose_detail), Detail, "lost detail (factor)", neutral=1.0),
    "blur": Degradation(_undrawn(blur), Sigma, "blur (pixels)"),
    "contrast": Degradation(_undrawn(change_contrast), Contrast, "contrast (factor)", neutral=1.0),
    "gamma": Degradation(_undrawn(change_gamma), Gamma, "gamma (exponent)", neutral=1.0),
    "noise": Degradation(add_noise, Noise, "noise (grey levels)"),
    "quality": Degradation(_undrawn(recompress), Quality, "JPEG quality"),
}
"""By the name that parameters give it, in the order in which several are applied.

Framing and optics come before the detector, and the archive's compression last: it is what the
receiving hospital sees of everything before.
"""
