"""Progress of long work: what, how far, and how long still."""

import logging
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from pneumoscope.terminal import console

if TYPE_CHECKING:
    from rich.progress import Progress

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 5.0
REFRESHES_A_SECOND = 5

Item = TypeVar("Item")


def track(items: Iterable[Item], total: int, title: str) -> Iterator[Item]:
    """Yield the items unchanged: with a bar on a terminal, with log lines elsewhere.

    The end is shown as the last item comes: whoever counts them may not ask for another.
    """
    if not console().is_terminal:
        return _log_lines(items, total, title)
    return _bar(items, total, title) if total else iter(items)


def duration(seconds: float) -> str:
    """Say a duration as a person would: `8 s`, `3 min`, `1 h 12 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


class EpochBar:
    """A bar over the steps of one epoch, with loss and time left, where there is a terminal.

    Elsewhere it shows nothing: every epoch ends with a log line.
    """

    def __init__(self) -> None:
        """Show nothing yet."""
        self._bar: Progress | None = None

    def begin(self, title: str, steps: int, left: float | None) -> None:
        """Begin an epoch.

        Args:
            title: Of the training and the epoch.
            steps: Steps of the epoch.
            left: Seconds to the end of the training, or None if no epoch has told yet.
        """
        self.end()
        if not console().is_terminal:
            return
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._steps, self._expected, self._start = steps, left, monotonic()
        text = TextColumn("{task.description}")
        self._bar = Progress(
            text, BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[note]}"),
            console=console(), transient=True, refresh_per_second=REFRESHES_A_SECOND,
        )  # fmt: skip
        self._task = self._bar.add_task(title, total=steps, note="")
        self._bar.start()

    def step(self, done: int, loss: float | None) -> None:
        """Show how many steps are done, and the loss over them, if it is known yet."""
        if self._bar is not None:
            parts = [] if loss is None else [f"loss {loss:.3f}"]
            parts += [self._left(done)] if done < self._steps else ["validation"]
            self._bar.update(self._task, completed=done, note=", ".join(parts))

    def end(self) -> None:
        """Take the bar away; the epoch's log line takes its place."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _left(self, done: int) -> str:
        spent = monotonic() - self._start
        epoch = spent / done * (self._steps - done)
        if self._expected is None:
            return f"{duration(epoch)} left in this epoch"
        return f"about {duration(max(epoch, self._expected - spent))} left"


def _bar(items: Iterable[Item], total: int, title: str) -> Iterator[Item]:
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )  # fmt: skip
    with Progress(*columns, console=console()) as bar:
        task = bar.add_task(title, total=total)
        for done, item in enumerate(items, start=1):
            bar.update(task, completed=min(done, total))
            if done == total:
                bar.stop()
            yield item


def _log_lines(items: Iterable[Item], total: int, title: str) -> Iterator[Item]:
    start = last = monotonic()
    done = 0
    for done, item in enumerate(items, start=1):
        now = monotonic()
        if done == total:
            _log_end(title, done, now - start)
        elif now - last >= SECONDS_BETWEEN_LINES:
            left = (now - start) / done * (total - done)
            logger.info("%s: %s of %s, %s left", title, f"{done:,}", f"{total:,}", duration(left))
            last = now
        yield item
    if done < total or not total:
        _log_end(title, done, monotonic() - start)


def _log_end(title: str, done: int, seconds: float) -> None:
    logger.info("%s: %s in %s", title, f"{done:,}", duration(seconds))
