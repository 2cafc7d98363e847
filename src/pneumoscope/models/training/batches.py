"""Batches of stored radiographs, gathered on demand and shuffled reproducibly."""

from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from pneumoscope.models.training.degradation import Degrade

Batch = tuple[NDArray[Any], ...]
"""Images (b, h, w, 1), targets (b, 1) and, where given, weights (b,)."""


class RadiographArray(Protocol):
    """Radiographs in memory or on disk: uint8 (n, height, width, 1), indexed by an array."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, height, width, 1)."""

    def __getitem__(self, indices: NDArray[np.intp], /) -> NDArray[np.uint8]:
        """Copy out the radiographs at ascending indices."""


@dataclass(frozen=True)
class LabelledRadiographs:
    """Radiographs with what is known about each.

    Attributes:
        images: uint8 (n, height, width, 1) in [0, 255].
        labels: (n,), 1 for PNEUMONIA and 0 for NORMAL.
        sample_weights: (n,) factors on the loss, or None for equal weights.
    """

    images: RadiographArray
    labels: NDArray[np.generic]
    sample_weights: NDArray[np.floating] | None = None

    def __post_init__(self) -> None:
        """Check that every array speaks of the same radiographs.

        Raises:
            ValueError: When lengths differ, nothing is there, or a label is not 0 or 1.
        """
        count = self.images.shape[0]
        weights = self.labels if self.sample_weights is None else self.sample_weights
        if not count or self.labels.shape != (count,) or weights.shape != (count,):
            raise ValueError(
                "expected as many labels and sample weights as radiographs, at least one; "
                f"received images {self.images.shape}, labels {self.labels.shape}, "
                f"sample weights {weights.shape}"
            )
        if not np.isin(self.labels, (0, 1)).all():
            raise ValueError(
                "expected labels 0 (NORMAL) and 1 (PNEUMONIA), "
                f"received {np.unique(self.labels)[:5].tolist()}"
            )


@dataclass(frozen=True)
class ChosenRadiographs:
    """Some of other radiographs, which are read from these as they are asked for.

    Attributes:
        images: All of them.
        rows: Ascending indices of the chosen ones.
    """

    images: RadiographArray
    rows: NDArray[np.intp]

    @property
    def shape(self) -> tuple[int, ...]:
        """(len(rows), height, width, 1)."""
        return (len(self.rows), *self.images.shape[1:])

    def __getitem__(self, indices: NDArray[np.intp], /) -> NDArray[np.uint8]:
        """Copy out the chosen radiographs at ascending indices."""
        return self.images[self.rows[indices]]


@dataclass(frozen=True)
class TrainingData:
    """What a model is fitted on.

    Attributes:
        train: Training radiographs, with sample weights where classes are weighted.
        validation: Validation radiographs.
        stressed: Degraded copies of them.
        hard: Those of validation whose periphery points to the other class; None where there are
            too few.
    """

    train: LabelledRadiographs
    validation: LabelledRadiographs
    stressed: LabelledRadiographs
    hard: LabelledRadiographs | None = None


class RadiographBatches(keras.utils.PyDataset):
    """Batches that read only the radiographs they hold.

    The order of an epoch is a function of the seed and the epoch alone, so that a resumed
    run sees the radiographs in the order of an uninterrupted one. The last batch may be
    smaller.

    Args:
        radiographs: What is cut into batches.
        batch_size: Radiographs a batch.
        seed: Seed of the shuffling, or None for the stored order.
        degrade: Random change to each batch, or None; its draws are a function of the seed,
            the epoch and the batch.
        mixup: Alpha of the Beta distribution of the blends of two films, or 0 for none.
    """

    def __init__(
        self,
        radiographs: LabelledRadiographs,
        batch_size: int,
        seed: int | None = None,
        degrade: Degrade | None = None,
        mixup: float = 0.0,
    ) -> None:
        """Start with the order of epoch 1; nothing is read yet."""
        super().__init__()
        self.batch_size = batch_size
        self._radiographs = radiographs
        self._seed = seed
        self._degrade = degrade
        self._mixup = mixup
        self.begin_epoch(1)

    def begin_epoch(self, epoch: int) -> None:
        """Put the radiographs into the order of an epoch, counted from 1."""
        count = self._radiographs.images.shape[0]
        self._epoch = epoch
        if self._seed is None:
            self._order = np.arange(count)
        else:
            self._order = np.random.default_rng([self._seed, epoch]).permutation(count)

    def __len__(self) -> int:
        """Count the batches of an epoch."""
        return -(-len(self._order) // self.batch_size)

    def __getitem__(self, index: int) -> Batch:
        """Gather a batch: images (b, h, w, 1), labels (b, 1) and, where given, weights (b,)."""
        start = index * self.batch_size
        rows = self._order[start : start + self.batch_size]
        images = gather(self._radiographs.images, rows)
        # 1 keeps these draws apart from those of the shuffling.
        rng = np.random.default_rng([self._seed or 0, self._epoch, index, 1])
        if self._degrade is not None:
            images = self._degrade(images, rng)
        labels = self._radiographs.labels[rows].astype(np.float32)[:, np.newaxis]
        weights = self._radiographs.sample_weights
        batch: Batch = (images, labels)
        if weights is not None:
            batch = (*batch, weights[rows].astype(np.float32))
        return blend(batch, self._mixup, rng) if self._mixup else batch


def blend(batch: Batch, alpha: float, rng: np.random.Generator) -> Batch:
    """Blend each film of a batch with another, and targets and weights in the same proportion.

    Source: Zhang et al. 2018, mixup: Beyond Empirical Risk Minimization.

    Args:
        batch: uint8 images (b, h, w, 1), targets (b, 1) and, where given, weights (b,).
        alpha: Of Beta(alpha, alpha), which each film's proportion is drawn from.
        rng: Source of the draws.

    Returns:
        The batch with the same shapes and dtypes; grey values are rounded.
    """
    proportions = rng.beta(alpha, alpha, len(batch[0])).astype(np.float32)
    partners = rng.permutation(len(batch[0]))
    return tuple(_mix(part, part[partners], proportions) for part in batch)


def _mix(
    part: NDArray[Any], partner: NDArray[Any], proportions: NDArray[np.float32]
) -> NDArray[Any]:
    share = proportions.reshape(-1, *[1] * (part.ndim - 1))
    mixed = share * part + (1 - share) * partner
    return (np.rint(mixed) if part.dtype == np.uint8 else mixed).astype(part.dtype)


def gather(images: RadiographArray, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Copy out radiographs in the order asked for, reading the storage in its own order.

    Args:
        images: Radiographs that are read at ascending indices.
        rows: Indices in any order, repeats allowed.

    Returns:
        uint8 (len(rows), height, width, 1).
    """
    ascending = np.argsort(rows, kind="stable")
    stored = images[rows[ascending]]
    gathered = np.empty_like(stored)
    gathered[ascending] = stored
    return gathered
