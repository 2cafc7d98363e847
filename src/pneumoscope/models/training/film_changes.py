"""Random changes to the stored radiographs of a batch, before the model's own; training only."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pneumoscope.models.training.degradation import degrading
from pneumoscope.options import AugmentationOptions
from pneumoscope.radiographs.marks import add_borders, add_marks, draw_bank
from pneumoscope.radiographs.surroundings import drop_surroundings, swap_surroundings

Images = NDArray[np.uint8]
Change = Callable[[Images, np.random.Generator], Images]


def film_changes(options: AugmentationOptions, side: int, seed: int) -> Change | None:
    """Give a function that changes a batch as the options say, or None if they ask for nothing.

    In the order in which they come about: what surrounds the patient, the marks on the film, then
    detector and archive.

    Args:
        options: Which changes, and how large.
        side: Height of the stored films, which the size of marks goes by.
        seed: Seed of the marks that are drawn once for all batches.
    """
    changes: list[Change] = []
    if share := options.swapped_surroundings:
        changes.append(_named(swap_surroundings, share=share, field=options.kept_field))
    if share := options.dropped_surroundings:
        changes.append(_named(drop_surroundings, share=share, field=options.kept_field))
    if share := options.bordered:
        changes.append(_named(add_borders, share=share))
    if share := options.marked:
        changes.append(_named(add_marks, share=share, bank=draw_bank(side, seed)))
    if degrade := degrading(options):
        changes.append(degrade)
    return _one_after_another(changes) if changes else None


def _named(change: Callable[..., Images], **settings: object) -> Change:
    return lambda images, rng: change(images, rng=rng, **settings)


def _one_after_another(changes: list[Change]) -> Change:
    def change(images: Images, rng: np.random.Generator) -> Images:
        for one in changes:
            images = one(images, rng)
        return images

    return change
