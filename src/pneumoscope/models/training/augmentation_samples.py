"""Random draws of the training changes, to be looked at."""

import numpy as np
from keras import ops
from numpy.typing import NDArray

from pneumoscope.models.training.augmentation import Augmentation
from pneumoscope.models.training.degradation import degrading
from pneumoscope.options import AugmentationOptions


def draw_augmentations(
    images: NDArray[np.uint8], options: AugmentationOptions, draws: int, seed: int
) -> NDArray[np.uint8]:
    """Change each radiograph several times over, just as fitting does before every step.

    Args:
        images: uint8 (n, height, width, 1).
        options: Which changes, and how large.
        draws: How often each radiograph is changed.
        seed: Seed of the changes.

    Returns:
        uint8 (draws, n, height, width, 1), rounded to whole grey levels.
    """
    degrade = degrading(options)
    change = Augmentation(options, seed)
    drawn = np.empty((draws, *images.shape), dtype=np.uint8)
    for draw in range(draws):
        degraded = degrade(images, np.random.default_rng([seed, draw])) if degrade else images
        grey = ops.convert_to_numpy(change(degraded, training=True))
        drawn[draw] = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return drawn
