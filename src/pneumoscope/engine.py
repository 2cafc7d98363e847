"""What runs mappings: threads of this process, or a cluster for as long as it is in use."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Engine(Protocol):
    """What runs calls elsewhere."""

    def in_order(self, calls: Iterable[Callable[[], Result]], title: str) -> Iterator[Result]:
        """Yield what the calls return, in their order; few of them are under way at a time."""


_engines: list[Engine] = []
"""The cluster that is in use; empty: threads of this process."""


@contextmanager
def over(engine: Engine) -> Iterator[None]:
    """Have mappings run on a cluster while this lasts."""
    _engines.append(engine)
    try:
        yield
    finally:
        _engines.remove(engine)


def engine_in_use() -> Engine | None:
    """Return the cluster that mappings run on; None where they run in threads of this process."""
    return _engines[-1] if _engines else None
