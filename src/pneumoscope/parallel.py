"""A function mapped over many items, a window at a time, with progress: by threads or a cluster."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Any, Generic, TypeVar

from dask.system import CPU_COUNT

from pneumoscope.engine import Engine, engine_in_use
from pneumoscope.progress import track

WINDOW = max(4, CPU_COUNT)
"""Batches that are handed out together: a core each, few enough to keep memory flat."""

AHEAD = 2
"""Windows mapped while results are taken: when one runs dry, the cores turn to the next."""


Item = TypeVar("Item")
Result = TypeVar("Result")
Written = TypeVar("Written")

Write = Callable[[int, Iterator[Result]], Written]
"""Writes a shard, by its number, of these results; what it returns is small."""


@dataclass(frozen=True)
class BatchedMap(Generic[Item, Result]):
    """A mapped sequence that is computed while it is iterated, in the order of its items.

    Iterating runs `function` in threads (Pillow, OpenCV and NumPy release the GIL), or, within
    `engine.over`, on a cluster; the results are the same.

    Attributes:
        function: Applied to each item; picklable if a cluster is to run it.
        items: What it is applied to: places of films rather than films, since a cluster is sent
            slices of it.
        batch_size: Items a task.
        title: What the progress line calls the work.
        threads: Items at work at a time on this machine: more than cores where they wait.
        here: Whether only this process can run it.
    """

    function: Callable[[Item], Result]
    items: Sequence[Item]
    batch_size: int
    title: str
    threads: int = CPU_COUNT
    here: bool = False

    def __len__(self) -> int:
        """Return how many results there will be."""
        return len(self.items)

    def __iter__(self) -> Iterator[Result]:
        """Yield one result an item; never more than a few windows are held in memory."""
        return track(self._results(), len(self), self.title)

    def in_shards(self, rows: int, write: Write[Result, Written]) -> Iterator[Written]:
        """Have shards of results written where they are computed; yield what each write returns.

        Args:
            rows: Results a shard; the last has what is left.
            write: Called once a shard, or again where a worker was lost: it has to write the same
                file whole. Picklable if a cluster is to call it.
        """
        engine = None if self.here else engine_in_use()
        if engine is None:
            yield from shards_written(self, rows, write)
            return
        calls = (
            partial(self._write_shard, items, number, write)
            for number, items in enumerate(self._slices(rows))
        )
        shards = math.ceil(len(self) / rows)
        title = f"{self.title}, shards of {rows:,}"
        yield from track(engine.in_order(calls, self.title), shards, title)

    def _results(self) -> Iterator[Result]:
        engine = None if self.here else engine_in_use()
        return self._on_threads() if engine is None else self._on(engine)

    def _on(self, engine: Engine) -> Iterator[Result]:
        calls = (partial(_map, self.function, items) for items in self._slices(self.batch_size))
        return chain.from_iterable(engine.in_order(calls, self.title))

    def _on_threads(self) -> Iterator[Result]:
        windows = self._slices(self.batch_size * max(WINDOW, self.threads))
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
        starts = range(0, len(window), self.batch_size)
        batches = (window[start : start + self.batch_size] for start in starts)
        return list(chain.from_iterable(cores.map(partial(_map, self.function), batches)))

    def _slices(self, length: int) -> Iterator[Sequence[Item]]:
        return (self.items[start : start + length] for start in range(0, len(self), length))

    @property
    def _write_shard(self) -> Callable[..., Any]:
        # By the process of a worker, which has as many of them as cores.
        waits = self.threads if self.threads > CPU_COUNT else 1
        return partial(_write_shard, self.function, waits, self.batch_size)


def in_shards(
    results: Iterable[Result], rows: int, write: Write[Result, Written]
) -> Iterator[Written]:
    """Have results written in shards: where they are computed if they can be, or else here.

    Args:
        results: A `BatchedMap`, or whatever offers `in_shards` as it does; or any others.
        rows: As of `BatchedMap.in_shards`.
        write: Likewise.
    """
    offered: Any = getattr(results, "in_shards", None)
    return shards_written(results, rows, write) if offered is None else offered(rows, write)


def shards_written(
    results: Iterable[Result], rows: int, write: Write[Result, Written]
) -> Iterator[Written]:
    """Write a shard after the other in this process, as results come; no results, no shard."""
    coming = iter(results)
    for number, first in enumerate(coming):
        yield write(number, chain([first], islice(coming, rows - 1)))


def _write_shard(
    function: Callable[[Item], Result],
    waits: int,
    batch_size: int,
    items: Sequence[Item],
    number: int,
    write: Write[Result, Written],
) -> Written:
    if waits == 1:
        return write(number, map(function, items))
    return write(number, BatchedMap(function, items, batch_size, "", waits)._on_threads())


def _map(function: Callable[[Item], Result], batch: Sequence[Item]) -> list[Result]:
    return [function(item) for item in batch]
