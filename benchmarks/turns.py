"""Routes in processes of their own that take turns, one epoch each."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from timing import progress


class Turns:
    """The side of a route: it waits for its turn, works, and says how long it took.

    Args:
        clock: Gives seconds; `time.process_time` leaves out what other processes took.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Keep the standard output for messages; whatever else is printed joins the errors."""
        self._clock = clock
        self._messages = sys.stdout
        sys.stdout = sys.stderr
        self._started = 0.0

    def ready(self, **facts: Any) -> None:
        """Say that all is loaded, and wait for the first turn."""
        self._tell(facts)
        self._wait()

    def over(self, last: bool = False, unmeasured: float = 0.0) -> None:
        """End a turn and wait for the next one, if there is one.

        Args:
            last: Whether this was the last turn.
            unmeasured: Seconds of the turn that do not count.
        """
        self._tell({"seconds": self._clock() - self._started - unmeasured})
        if not last:
            self._wait()

    def finish(self, **facts: Any) -> None:
        """Hand over what was found beside the durations."""
        self._tell(facts)

    def _wait(self) -> None:
        if not sys.stdin.readline():
            raise SystemExit("the other side is gone")
        self._started = self._clock()

    def _tell(self, facts: dict[str, Any]) -> None:
        print(json.dumps(facts), file=self._messages, flush=True)


class Route:
    """A route's process, seen from the side that measures.

    Args:
        command: What to run; it talks through `Turns`.
        log: Where its errors go.
    """

    def __init__(self, command: Sequence[str], log: Path) -> None:
        """Start the process and wait until all is loaded."""
        self._log = log
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log.open("w"), text=True
        )
        self.facts = self.hear()

    def __enter__(self) -> "Route":
        """Return the route."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def turn(self) -> float:
        """Give the route one turn; return its seconds."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self.hear()["seconds"])

    def hear(self) -> dict[str, Any]:
        """Wait for the next message.

        Raises:
            RuntimeError: The process has ended; the message is the end of its errors.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a route has failed:\n{self._log.read_text()[-3000:]}")
        found: dict[str, Any] = json.loads(line)
        return found


def take_turns(
    starters: Mapping[str, Callable[[dict[str, Any]], Route]], rounds: int
) -> tuple[dict[str, list[float]], dict[str, dict[str, Any]]]:
    """Run every route in turn, `rounds` times.

    Args:
        starters: Each starts its route, given what the first said when it was ready.
        rounds: Turns of each route.

    Returns:
        Seconds of each turn, and what each route said when it was ready and at its end.
    """
    with ExitStack() as running:
        routes: dict[str, Route] = {}
        first: dict[str, Any] = {}
        for name, start in starters.items():
            routes[name] = running.enter_context(start(first))
            first = first or routes[name].facts
        seconds: dict[str, list[float]] = {name: [] for name in routes}
        for turn in range(1, rounds + 1):
            for name, route in routes.items():
                seconds[name].append(route.turn())
                progress(f"{name}, turn {turn} of {rounds}: {seconds[name][-1]:.2f} s")
        return seconds, {name: {**route.facts, **route.hear()} for name, route in routes.items()}
