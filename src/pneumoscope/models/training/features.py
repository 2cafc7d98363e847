"""What a frozen backbone makes of the radiographs, computed once and trained on many times."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from pneumoscope.models.resume.checkpoint import Checkpoint, Record
from pneumoscope.models.training.augmentation import Augmentation
from pneumoscope.models.training.batches import RadiographBatches, prefetched
from pneumoscope.models.training.execution import jit_compile
from pneumoscope.progress import track


@dataclass(frozen=True)
class Features:
    """Pooled outputs of a backbone, with what the head is taught of each radiograph.

    Attributes:
        values: float32 (n, channels).
        targets: float32 (n, 1), the share of PNEUMONIA.
        weights: float32 (n,) factors on the loss, or None.
    """

    values: NDArray[np.float32]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32] | None


class FeatureBatches(keras.utils.PyDataset):
    """Batches of features; every epoch in another order, its view taking turns with the others.

    Args:
        view: Gives the features of a view, counted from 1.
        views: Number of views; epoch e shows view 1 + (e - 1) modulo views.
        batch_size: Radiographs a batch.
        seed: Seed of the order, or None for the stored one.
    """

    def __init__(
        self, view: Callable[[int], Features], views: int, batch_size: int, seed: int | None = None
    ) -> None:
        """Remember where views come from; none is asked for yet."""
        super().__init__()
        self._view = view
        self._views = views
        self._batch_size = batch_size
        self._seed = seed

    @classmethod
    def of_one(cls, features: Features, batch_size: int) -> "FeatureBatches":
        """Make batches of the same features in the same order in every epoch."""
        batches = cls(lambda _: features, 1, batch_size)
        batches.begin_epoch(1)
        return batches

    def begin_epoch(self, epoch: int) -> None:
        """Take the view and the order of an epoch, counted from 1."""
        self._features = self._view((epoch - 1) % self._views + 1)
        count = len(self._features.values)
        if self._seed is None:
            self._order = np.arange(count)
        else:
            # 2 keeps this order apart from the one in which radiographs were gathered.
            self._order = np.random.default_rng([self._seed, epoch, 2]).permutation(count)

    def __len__(self) -> int:
        """Count the batches of an epoch."""
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], ...]:
        """Gather a batch: features (b, channels), targets (b, 1) and, where given, weights (b,)."""
        start = index * self._batch_size
        rows = self._order[start : start + self._batch_size]
        features = self._features
        batch = (features.values[rows], features.targets[rows])
        return batch if features.weights is None else (*batch, features.weights[rows])


def forget_features(checkpoint: Checkpoint, views: int) -> None:
    """Remove the features of the stored radiographs and of so many views from a checkpoint."""
    # Not only the known ones: a resumed run need not have looked at each.
    for name in ("validation", "stressed", *map(_of_view, range(1, views + 1))):
        checkpoint.remove(name)


class FrozenBackbone:
    """A model cut behind the pooling: features of radiographs below, a head to train above.

    Features are kept in memory and in the checkpoint: 4 bytes a channel, so 5 kB a radiograph
    and view of MobileNetV2.

    Args:
        model: A backbone from `registry.build`, with the layer `pooling`.
        augmentation: Changes training radiographs, at inference too.
        checkpoint: Where features are kept.
        title: What progress lines call the work.
    """

    def __init__(
        self, model: keras.Model, augmentation: Augmentation, checkpoint: Checkpoint, title: str
    ) -> None:
        """Cut the model; its layers stay shared."""
        pooled = model.get_layer("pooling").output
        radiograph = keras.Input(model.input_shape[1:], dtype="uint8")
        self.head = keras.Model(pooled, model.output, name="head")
        # Apart, so that the backbone is traced once for augmented and stored radiographs.
        self._augmenter = keras.Model(radiograph, augmentation(radiograph))
        self._backbone = keras.Model(model.input, pooled)
        for part in (self._augmenter, self._backbone):
            part.compile(jit_compile=jit_compile())
        self._augmentation = augmentation
        self._checkpoint = checkpoint
        self._title = title
        self._known: dict[str, Features] = {}

    def of_view(self, batches: RadiographBatches, number: int) -> Features:
        """Give the features of training radiographs as epoch `number` would augment them."""
        batches.begin_epoch(number)
        self._augmentation.begin_epoch(number)
        return self._once(_of_view(number), batches, self._augmenter)

    def of_stored(self, name: str, batches: RadiographBatches) -> Features:
        """Give the features of radiographs as they are stored."""
        return self._once(name, batches, None)

    def forget(self, views: int) -> None:
        """Remove all features, of so many views, from memory and from the checkpoint."""
        forget_features(self._checkpoint, views)
        self._known = {}

    def _once(
        self, name: str, batches: RadiographBatches, augmenter: keras.Model | None
    ) -> Features:
        if name not in self._known:
            record = self._checkpoint.read(name)
            if record is None:
                record = Record(arrays=self._computed(name, batches, augmenter))
                self._checkpoint.write(name, record)
            arrays = record.arrays
            self._known[name] = Features(arrays["values"], arrays["targets"], arrays.get("weights"))
        return self._known[name]

    def _computed(
        self, name: str, batches: RadiographBatches, augmenter: keras.Model | None
    ) -> dict[str, NDArray[np.float32]]:
        title = f"{self._title}: features of {name.replace('_', ' ')}"
        parts = [
            (self._pass(batch[0], batches.batch_size, augmenter), *batch[1:])
            for batch in track(prefetched(batches), len(batches), title)
        ]
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return dict(zip(("values", "targets", "weights"), columns, strict=False))

    def _pass(
        self, images: NDArray[np.uint8], batch_size: int, augmenter: keras.Model | None
    ) -> NDArray[np.float32]:
        # The last batch is filled up: another shape would be traced or compiled anew.
        full = images[np.arange(batch_size) % len(images)]
        if augmenter is not None:
            full = augmenter.predict_on_batch(full)
        return self._backbone.predict_on_batch(full)[: len(images)].astype(np.float32)


def _of_view(number: int) -> str:
    return f"view_{number}"
