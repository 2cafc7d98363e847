"""Whether training ever waits for its radiographs."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras

from pneumoscope.models.training.batches import Batch
from pneumoscope.models.training.streaming import stream


@dataclass(frozen=True)
class InputProfile:
    """Durations in seconds, medians over rounds.

    Attributes:
        step: A training step on batches that are gathered, degraded and handed over meanwhile.
        repeated_step: The same step on one batch that lies ready.
        batch: Gathering and degrading a batch while nothing else runs.
    """

    step: float
    repeated_step: float
    batch: float

    @property
    def waiting(self) -> float:
        """Share of a step that its input costs; noise may bring it slightly below 0."""
        return 1 - self.repeated_step / self.step


def profile_input(
    trainer: keras.Model, batches: keras.utils.PyDataset, steps: int, rounds: int = 3
) -> InputProfile:
    """Compare training on real batches with training on one of them over and over.

    The two take turns, so that whatever else the machine does slows both. A first round of
    each, in which the model is traced, is not counted.

    Args:
        trainer: A compiled model; it is trained meanwhile.
        batches: What it is fitted on; at least `steps` batches.
        steps: Steps a round.
        rounds: Rounds that are counted.
    """
    first = batches[0]
    gathered, repeated = _Some(batches.__getitem__, steps), _Some(lambda _: first, steps)
    rows = [
        (_fit(trainer, gathered), _fit(trainer, repeated), _gather(gathered))
        for _ in range(rounds + 1)
    ][1:]
    return InputProfile(*(statistics.median(column) / steps for column in zip(*rows, strict=True)))


class _Some(keras.utils.PyDataset):
    def __init__(self, give: Callable[[int], Batch], count: int) -> None:
        super().__init__()
        self._give = give
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Batch:
        return self._give(index)


def _fit(trainer: keras.Model, batches: _Some) -> float:
    started = time.perf_counter()
    trainer.fit(stream(batches), shuffle=False, verbose=0)
    return time.perf_counter() - started


def _gather(batches: _Some) -> float:
    started = time.perf_counter()
    for index in range(len(batches)):
        batches[index]
    return time.perf_counter() - started
