"""A function mapped over many items by all cores, a window at a time, with progress."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Any, Generic, TypeVar

import dask
from dask.system import CPU_COUNT

from pneumoscope.progress import track

WINDOW = max(4, CPU_COUNT)
"""Batches that are handed out together: a core each, few enough to keep memory flat."""

AHEAD = 2
"""Windows mapped while results are taken: when one runs dry, the cores turn to the next."""


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
        threads: Items at work at a time on this machine: more than cores where they wait.
    """

    function: Callable[[Item], Result]
    items: Sequence[Item]
    batch_size: int
    title: str
    threads: int = CPU_COUNT

    def __len__(self) -> int:
        """Return how many results there will be."""
        return len(self.items)

    def __iter__(self) -> Iterator[Result]:
        """Yield one result an item; never more than a few windows are held in memory."""
        return track(self._results(), len(self), self.title)

    def _results(self) -> Iterator[Result]:
        step = self.batch_size * max(WINDOW, self.threads)
        windows = (self.items[start : start + step] for start in range(0, len(self), step))
        cores, ahead = ThreadPoolExecutor(self.threads), ThreadPoolExecutor(AHEAD)
        try:
            mapped = deque(
                ahead.submit(self._compute, window, cores) for window in islice(windows, AHEAD)
            )
            while mapped:
                results = mapped.popleft().result()
                mapped.extend(
                    ahead.submit(self._compute, window, cores) for window in islice(windows, 1)
                )
                yield from results
        finally:
            ahead.shutdown(cancel_futures=True)
            cores.shutdown()

    def _compute(self, window: Sequence[Item], cores: ThreadPoolExecutor) -> list[Result]:
        # Unless a cluster is at hand: processes here would pickle every decoded radiograph twice.
        scheduler: Any = dask.config.get("scheduler", "threads")
        # Left to itself each window would bring threads of its own.
        threads = {"pool": cores} if scheduler == "threads" else {}
        # Neither hashed nor looked into, as a bag would in every window: a function may hold a
        # table of all films.
        on_batch = dask.delayed(partial(_map, self.function), pure=False, traverse=False)
        starts = range(0, len(window), self.batch_size)
        batches = [on_batch(window[start : start + self.batch_size]) for start in starts]
        results = dask.compute(*batches, scheduler=scheduler, traverse=False, **threads)
        return list(chain.from_iterable(results))


def _map(function: Callable[[Item], Result], batch: Sequence[Item]) -> list[Result]:
    return [function(item) for item in batch]
