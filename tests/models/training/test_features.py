"""A frozen backbone looks once a view, and the head learns what the whole model would say."""

import numpy as np
import pytest

from pneumoscope.models.architectures import registry
from pneumoscope.models.resume.checkpoint import Checkpoint, Record
from pneumoscope.models.training.augmentation import Augmentation
from pneumoscope.models.training.batches import RadiographBatches
from pneumoscope.models.training.features import FeatureBatches, Features, FrozenBackbone
from pneumoscope.options import AugmentationOptions, FittingOptions

SHAPE = (32, 32, 1)
CHANGES = AugmentationOptions(horizontal_flip=0.5, rotation=20)


class Memory:
    """Stands for a folder of checkpoints."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.written: list[str] = []

    def read(self, name: str) -> Record | None:
        return self.records.get(name)

    def write(self, name: str, record: Record) -> None:
        self.records[name] = record
        self.written.append(name)

    def remove(self, name: str | None = None) -> None:
        self.records.pop(name, None)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def model(small_backbone):
    return registry.build(small_backbone(dropout=0.0), SHAPE, seed=1)


def frozen(model, memory: Memory) -> FrozenBackbone:
    augmentation = Augmentation(CHANGES, seed=3, at_inference=True)
    return FrozenBackbone(model, augmentation, Checkpoint(memory, {}, "small"), "small")


def test_the_head_on_features_is_the_whole_model(model, memory, separable) -> None:
    part = separable(10)
    # 10 is no multiple of 4: the filled-up last batch must not leave a trace.
    cut = frozen(model, memory)
    features = cut.of_stored("validation", RadiographBatches(part, 4))
    assert features.values.shape == (10, 6)
    np.testing.assert_array_equal(features.targets[:, 0], part.labels)
    scores = model.predict(part.images, verbose=0)
    np.testing.assert_allclose(cut.head.predict(features.values, verbose=0), scores, atol=1e-6)
    assert cut.head.trainable_variables == model.get_layer("score").trainable_variables


def test_a_view_is_what_its_epoch_would_show(model, memory, separable) -> None:
    batches = RadiographBatches(separable(8), 4, seed=5)
    one = frozen(model, memory).of_view(batches, 1)
    two = frozen(model, memory).of_view(batches, 2)
    assert not np.array_equal(np.sort(one.values, axis=0), np.sort(two.values, axis=0))
    anew = frozen(model, Memory())
    np.testing.assert_array_equal(anew.of_view(batches, 2).values, two.values)
    np.testing.assert_array_equal(anew.of_view(batches, 1).values, one.values)
    batches.begin_epoch(1)
    np.testing.assert_array_equal(one.targets[:4], batches[0][1])


def test_features_outlive_the_process_until_they_are_forgotten(model, memory, separable) -> None:
    batches = RadiographBatches(separable(8), 4, seed=5)
    first = frozen(model, memory).of_view(batches, 1)
    again = frozen(model, memory)
    np.testing.assert_array_equal(again.of_view(batches, 1).values, first.values)
    assert memory.written == ["view_1"]
    again.forget(views=2)
    assert memory.records == {}


def test_epochs_take_turns_with_the_views_and_shuffle_them() -> None:
    asked = []

    def view(number: int) -> Features:
        asked.append(number)
        values = np.arange(10, dtype=np.float32)[:, np.newaxis] + 100 * number
        return Features(values, values % 2, values[:, 0] / 10)

    batches = FeatureBatches(view, views=2, batch_size=4, seed=1)
    orders = []
    for epoch in (1, 2, 3):
        batches.begin_epoch(epoch)
        parts = [batches[index] for index in range(len(batches))]
        assert [len(part[0]) for part in parts] == [4, 4, 2]
        for values, targets, weights in parts:
            np.testing.assert_array_equal(targets, values % 2)
            np.testing.assert_allclose(weights, values[:, 0] / 10)
        orders.append(np.concatenate([part[0][:, 0] for part in parts]) - 100 * asked[-1])
    assert asked == [1, 2, 1]
    assert sorted(orders[0]) == sorted(orders[2]) == list(range(10))
    assert orders[0].tolist() != orders[2].tolist()


def test_the_frozen_phase_costs_a_pass_a_view_and_none_an_epoch(
    fitted, small_backbone, memory, monkeypatch
) -> None:
    passes = []
    compute = FrozenBackbone._computed

    def counted(self, name, *rest):
        passes.append(name)
        return compute(self, name, *rest)

    monkeypatch.setattr(FrozenBackbone, "_computed", counted)
    fitting = FittingOptions(epochs=1, frozen_epochs=5, frozen_views=2, frozen_learning_rate=0.1)
    history = fitted(small_backbone(dropout=0.0), fitting, CHANGES, store=memory).history
    assert passes == ["validation", "stressed", "view_1", "view_2"]
    assert history["phase"].tolist() == ["frozen"] * 5 + ["training"]
    assert history["loss"].iloc[4] < history["loss"].iloc[0]
