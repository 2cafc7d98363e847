"""What every store gives: files by path, each read when asked for, with its size known before."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from pneumoscope.ingestion.file_names import escape_name

Reader = Callable[[], bytes]
"""Returns a file's bytes, or raises OSError with the reason; its `size` is known before (bytes)."""


class Files(Mapping[str, Reader]):
    """Readers by escaped relative path, and how they are best called.

    Attributes:
        waits: Whether a read waits for a network, so that many should be under way at a time.
        in_order: Whether reading in the order of the listing is far cheaper than in any other.

    Args:
        readers: Path and reader of each file.
    """

    waits: bool = False
    in_order: bool = False

    def __init__(self, readers: Mapping[str, Reader] | Iterable[tuple[str, Reader]] = ()) -> None:
        """Take the readers."""
        self._readers = dict(readers)

    def __getitem__(self, path: str) -> Reader:
        """Return the reader of a file."""
        return self._readers[path]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths."""
        return iter(self._readers)

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self._readers)

    def leave_out(self, path: str) -> None:
        """Forget a file, if it is there."""
        self._readers.pop(path, None)


class Store(Protocol):
    """A place that holds radiographs."""

    def require(self) -> None:
        """Make sure that the place is there and can be read.

        Raises:
            InputError: It is not, with the reason.
        """

    def files(self) -> Files:
        """List everything that lies there.

        Raises:
            InputError: It cannot be listed.
        """


@dataclass(frozen=True)
class Refused:
    """A file that is there and is not read."""

    reason: str
    size: int = 0

    def __call__(self) -> bytes:
        """Raise OSError with the reason."""
        raise OSError(self.reason)


def listed(found: Iterable[tuple[str, Reader]]) -> Files:
    """Give every file a path of its own; files that share one are all refused.

    Which of them was meant cannot be told, and a mapping would silently keep the last.

    Args:
        found: Path, as the store has it, and reader of each file.
    """
    files, sharing = dict[str, Reader](), dict[str, int]()
    pairs = [(escape_name(path), reader) for path, reader in found]
    for path, _ in pairs:
        sharing[path] = sharing.get(path, 0) + 1
    for path, reader in pairs:
        several = sharing[path]
        if several == 1:
            files[path] = reader
            continue
        reason = f"one of {several} files of this name in one archive: which is meant is not told"
        files[_free(path, {**sharing, **files})] = Refused(reason)
    return Files(files)


def _free(path: str, taken: dict) -> str:
    number = 1
    while (numbered := f"{path} ({number})") in taken:
        number += 1
    return numbered
