"""A stream shows what its batches hold, in every epoch anew, and never tunes itself."""

import keras
import numpy as np
import pytest

from pneumoscope.models.training.batches import LabelledRadiographs, RadiographBatches
from pneumoscope.models.training.streaming import stream

WEIGHTS = np.arange(10) / 10


def batches_of_four(weights: np.ndarray | None = WEIGHTS) -> RadiographBatches:
    images = np.arange(10, dtype=np.uint8).reshape(-1, 1, 1, 1)
    return RadiographBatches(
        LabelledRadiographs(images, np.arange(10) % 2, weights), batch_size=4, seed=1
    )


def shown(stream_or_batches: object) -> list[list[list[float]]]:
    return [[np.ravel(part).tolist() for part in batch] for batch in stream_or_batches]


def test_the_same_batches_come_in_the_same_order_with_the_same_types() -> None:
    batches = batches_of_four()
    streamed = stream(batches)
    assert len(streamed) == 3
    assert shown(streamed) == shown(batches[index] for index in range(3))
    assert [part.dtype.name for part in next(iter(streamed))] == ["uint8", "float32", "float32"]


def test_without_weights_there_are_none() -> None:
    assert [len(batch) for batch in stream(batches_of_four(None))] == [2, 2, 2]


def test_every_epoch_is_read_anew() -> None:
    batches = batches_of_four()
    streamed = stream(batches)
    first = shown(streamed)
    batches.begin_epoch(2)
    assert shown(streamed) == shown(batches[index] for index in range(3))
    assert shown(streamed) != first


def test_nothing_tunes_itself_in_a_thread_that_an_epoch_would_wait_for() -> None:
    assert stream(batches_of_four()).options().autotune.enabled is False


def test_a_batch_that_cannot_be_gathered_ends_the_training() -> None:
    class Failing(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
            if index:
                raise OSError("the disk is gone")
            return np.zeros((1, 1)), np.zeros((1, 1))

    with pytest.raises(Exception, match="the disk is gone"):
        list(stream(Failing()))


def test_other_backends_read_the_batches_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    batches = batches_of_four()
    assert stream(batches) is batches
