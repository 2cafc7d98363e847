"""What a film suffers between two hospitals: compression, blur, exposure, noise, framing."""

from collections.abc import Callable
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pneumoscope.arrays import Grey


def recompress(image: Grey, quality: float) -> Grey:
    """Compress as JPEG and decode again.

    Args:
        image: uint8 (height, width).
        quality: From 1 to 95; rounded.
    """
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, format="JPEG", quality=round(quality))
    with Image.open(buffer) as encoded:
        return np.asarray(encoded, dtype=np.uint8)


def blur(image: Grey, sigma: float) -> Grey:
    """Blur with a Gaussian of this standard deviation, in pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.uint8)


def lose_detail(image: Grey, factor: float) -> Grey:
    """Shrink by a factor of at least 1 and enlarge again: fine grain is gone for good."""
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
    height, width = image.shape
    rows = max(1, round(height / max(aspect, 1.0)))
    columns = max(1, round(width * min(aspect, 1.0)))
    top, left = (height - rows) // 2, (width - columns) // 2
    kept = image[top : top + rows, left : left + columns]
    return np.asarray(
        cv2.resize(kept, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
    )


def _as_grey(values: NDArray[np.floating]) -> Grey:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


DEGRADATIONS: dict[str, Callable[[Grey, float], Grey]] = {
    "quality": recompress,
    "blur": blur,
    "detail": lose_detail,
    "contrast": change_contrast,
    "gamma": change_gamma,
    "rotation": rotate,
    "aspect": reframe,
}
"""Deterministic degradations by the name that parameters give them, each with one strength."""
