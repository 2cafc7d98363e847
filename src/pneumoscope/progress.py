"""Progress of long work: what, how far, and how long still."""

import logging
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track as progress_bar

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 5.0

Item = TypeVar("Item")


def track(items: Iterable[Item], total: int, title: str) -> Iterator[Item]:
    """Yield the items unchanged: with a bar on a terminal, with log lines elsewhere."""
    console = Console(stderr=True)
    if console.is_terminal:
        return iter(progress_bar(items, description=title, total=total, console=console))
    return _log_lines(items, total, title)


def duration(seconds: float) -> str:
    """Say a duration as a person would: `8 s`, `3 min`, `1 h 12 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def _log_lines(items: Iterable[Item], total: int, title: str) -> Iterator[Item]:
    start = last = time.monotonic()
    done = 0
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES and done < total:
            left = (now - start) / done * (total - done)
            logger.info("%s: %s of %s, %s left", title, f"{done:,}", f"{total:,}", duration(left))
            last = now
    logger.info("%s: %s in %s", title, f"{done:,}", duration(time.monotonic() - start))
