"""Paths of files by the million, held as text of many rather than as an object each."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import accumulate, islice, pairwise
from typing import overload

_BLOCK = 256
"""Paths of a block of text: objects are made of these alone, while they are asked for."""

_SORTED_AT_ONCE = 4096
"""Paths of which objects are made at a time while all are sorted."""

_Block = tuple[str, "array[int]"]
"""Text of some paths, and where each begins and the last one ends."""


class SortedPaths(Sequence[str]):
    """Different paths in the order of their characters, held in 4 bytes and their characters each.

    A string takes twice as much. Paths that are asked for one after the other, by number or by
    name, are looked up in one block after the other.

    Args:
        paths: In any order, each once.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        """Sort the paths."""
        coming = iter(paths)
        runs = iter(lambda: sorted(islice(coming, _SORTED_AT_ONCE)), [])
        parts = [list(_blocks(run)) for run in runs]
        merged = parts[0] if len(parts) == 1 else _blocks(merge(*map(_paths_of, parts)))
        self._blocks = list(merged)
        self._first = [text[: ends[1]] for text, ends in self._blocks]
        self._length = sum(len(ends) - 1 for _, ends in self._blocks)
        self._last: tuple[int, list[str]] = -1, []

    def __len__(self) -> int:
        """Return how many there are."""
        return self._length

    def __iter__(self) -> Iterator[str]:
        """Iterate over them in their order."""
        return _paths_of(self._blocks)

    def __contains__(self, path: object) -> bool:
        """Tell whether a path is one of them."""
        if not isinstance(path, str) or not self._length:
            return False
        paths = self._block(max(0, bisect_right(self._first, path) - 1))
        place = bisect_left(paths, path)
        return place < len(paths) and paths[place] == path

    @overload
    def __getitem__(self, key: int) -> str: ...
    @overload
    def __getitem__(self, key: slice) -> list[str]: ...
    def __getitem__(self, key: int | slice) -> str | list[str]:
        """Return one of them, or those of a slice as a list."""
        if isinstance(key, slice):
            return [self[number] for number in range(self._length)[key]]
        number, place = divmod(range(self._length)[key], _BLOCK)
        return self._block(number)[place]

    def _block(self, number: int) -> list[str]:
        if self._last[0] != number:
            self._last = number, list(_paths_of([self._blocks[number]]))
        return self._last[1]


def _blocks(paths: Iterable[str]) -> Iterator[_Block]:
    """Yield blocks of paths that come in their order."""
    coming = iter(paths)
    while some := list(islice(coming, _BLOCK)):
        yield "".join(some), array("I", accumulate(map(len, some), initial=0))


def _paths_of(blocks: Iterable[_Block]) -> Iterator[str]:
    for text, ends in blocks:
        yield from (text[start:end] for start, end in pairwise(ends))
