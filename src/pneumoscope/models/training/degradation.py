"""Random degradations of stored radiographs, drawn anew in every epoch; training only."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pneumoscope.options import AugmentationOptions
from pneumoscope.radiographs.degradations import add_noise, blur, lose_detail, recompress

Images = NDArray[np.uint8]
Degrade = Callable[[Images, np.random.Generator], Images]

# Below this a blur changes no grey value, and OpenCV would derive a kernel from nothing.
LEAST_SIGMA = 0.1


def degrading(options: AugmentationOptions) -> Degrade | None:
    """Give a function that degrades a batch as the options say, or None if they ask for nothing.

    Detail, blur, noise and compression are applied in this order, as they come about: optics
    and detector first, the archive last. Each film draws its own strengths.
    """
    if options.quality is None and not options.blur and options.detail == 1 and not options.noise:
        return None

    def degrade(images: Images, rng: np.random.Generator) -> Images:
        changed = images.copy()
        for position in np.flatnonzero(rng.random(len(images)) < options.degraded):
            changed[position, ..., 0] = _degrade_one(images[position, ..., 0], options, rng)
        return changed

    return degrade


def _degrade_one(image: Images, options: AugmentationOptions, rng: np.random.Generator) -> Images:
    factor, sigma = rng.uniform(1, options.detail), rng.uniform(0, options.blur)
    noise = rng.uniform(0, options.noise)
    if factor > 1:
        image = lose_detail(image, factor)
    if sigma > LEAST_SIGMA:
        image = blur(image, sigma)
    if noise > 0:
        image = add_noise(image, noise, rng)
    if options.quality is not None:
        image = recompress(image, rng.uniform(*options.quality))
    return image
