"""A function mapped over many items by all cores, a window at a time, with progress."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

import dask
from dask import bag

from pneumoscope.progress import track

WINDOW = 16
"""Batches in flight at once: enough to keep the cores busy, few enough to keep memory flat."""


Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class BatchedMap(Generic[Item, Result]):
    """A mapped sequence that is computed while it is iterated, in the order of its items.

    Iterating runs `function` in threads (Pillow, OpenCV and NumPy release the GIL); with a
    `dask.distributed` client at hand the same code runs on its cluster.

    Attributes:
        function: Applied to each item; picklable if a cluster is to run it.
        items: What it is applied to.
        batch_size: Items a task.
        title: What the progress line calls the work.
    """

    function: Callable[[Item], Result]
    items: Sequence[Item]
    batch_size: int
    title: str

    def __len__(self) -> int:
        """Return how many results there will be."""
        return len(self.items)

    def __iter__(self) -> Iterator[Result]:
        """Yield one result an item; at most a window of batches is held in memory."""
        return track(self._results(), len(self), self.title)

    def _results(self) -> Iterator[Result]:
        step = self.batch_size * WINDOW
        windows = (self.items[start : start + step] for start in range(0, len(self), step))
        return chain.from_iterable(self._compute(window) for window in windows)

    def _compute(self, window: Sequence[Item]) -> list[Result]:
        # Left to itself a bag starts processes, which pickle every decoded radiograph twice.
        scheduler: Any = dask.config.get("scheduler", "threads")
        batches = bag.from_sequence(list(window), partition_size=self.batch_size)
        return list(batches.map(self.function).compute(scheduler=scheduler))
