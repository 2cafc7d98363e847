"""Films judged one by one: how far each lies from train, whether that is too far, and why."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pneumoscope.arrays import FloatArray
from pneumoscope.errors import InputError
from pneumoscope.naming import Column
from pneumoscope.out_of_distribution.distances import (
    FEATURES,
    LAYOUT,
    PIXELS,
    describe,
    distance_of,
    measure,
    orientations,
)
from pneumoscope.out_of_distribution.false_alarms import is_beyond, shares_beyond
from pneumoscope.out_of_distribution.records import Contracted
from pneumoscope.out_of_distribution.wording import reasons

JUDGED = [
    Column.OUT_OF_DISTRIBUTION, Column.OUT_OF_DISTRIBUTION_P, Column.OUT_OF_DISTRIBUTION_DISTANCE,
    Column.OUT_OF_DISTRIBUTION_LIMIT, Column.OUT_OF_DISTRIBUTION_REASON,
]  # fmt: skip
"""What is said of each film: whether it lies too far, the p value, how far, from where on, why."""


def judge(
    images: NDArray[np.uint8], features: NDArray[np.floating], contracted: Contracted
) -> dict[str, NDArray[Any]]:
    """Tell which films are unlike those of train.

    Args:
        images: As the model sees them, uint8 (n, height, width, 1).
        features: What its last layer takes, (n, features); of an ensemble those of all members,
            one after the other.
        contracted: What train looks like, and which distance is too far.

    Returns:
        Columns `JUDGED`, (n,) each; the reason is empty where nothing is unlike.

    Raises:
        InputError: The features are not those of the contract's model.
    """
    numbers, limits = describe(images), contracted.false_alarms
    measured = _measured(numbers, features, contracted)
    distance = distance_of(measured)
    beyond = is_beyond(limits, distance)
    told = reasons(measured, numbers[PIXELS], beyond, contracted.references[0], limits)
    limit = np.full(len(distance), limits.threshold)
    found = (beyond, shares_beyond(limits, distance), distance, limit, np.array(told, object))
    return dict(zip(JUDGED, found, strict=True))


def measured_distance(
    images: NDArray[np.uint8], features: NDArray[np.floating], contracted: Contracted
) -> FloatArray:
    """Return how far films lie from train, (n,); arguments and errors are those of `judge`."""
    return distance_of(_measured(describe(images), features, contracted))


def _measured(
    numbers: dict[str, FloatArray],
    features: NDArray[np.floating],
    contracted: Contracted,
) -> dict[str, NDArray[Any]]:
    """Measure by pixels and layout once, and by the features as the members do on average."""
    members = contracted.references
    cut = _of_members(features, contracted)
    first = measure(members[0], {**numbers, FEATURES: cut[0]}, orientations(numbers[LAYOUT]))
    others = (
        measure(member, {FEATURES: own})[FEATURES]
        for member, own in zip(members[1:], cut[1:], strict=True)
    )
    return {**first, FEATURES: np.mean([first[FEATURES], *others], axis=0)}


def _of_members(features: NDArray[np.floating], contracted: Contracted) -> list[FloatArray]:
    """Cut the features into those of each member."""
    lengths = [len(one.subspaces[FEATURES].centre) for one in contracted.references]
    if not lengths or features.shape[1] != sum(lengths):
        raise InputError(
            f"the {sum(lengths):,} features that train is described by",
            f"{features.shape[1]:,}",
            "Evaluate the model again, and export it anew: kedro run --pipelines=evaluation",
        )
    return np.split(features.astype(np.float64), np.cumsum(lengths)[:-1], axis=1)
