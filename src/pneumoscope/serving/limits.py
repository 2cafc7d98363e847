"""What the service takes at most, of everything, and how it says that something is too much."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

RETRY_AFTER = 5
"""Seconds after which a client that was turned away may try again."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one service.

    Attributes:
        megabytes: Of the body of one request.
        held_megabytes: Of all bodies that are held in memory together.
        films: Films of one request.
        shown: Films of one request that pictures are given of.
        requests: Requests that are received, wait or are worked on at a time.
        seconds: For the films of one request; those that it does not reach are told.
        head_seconds: For the head of a request to come.
        upload_seconds: For a body to come.
        answer_seconds: For an answer to be taken.
        occlusion_seconds: For one film to be hidden place by place, one after the other.
        threads: Films that are decoded at a time.
        batch: Films that the model is given at a time.
    """

    megabytes: float = 256
    held_megabytes: float = 512
    films: int = 500
    shown: int = 50
    requests: int = 64
    seconds: float = 120
    head_seconds: float = 10
    upload_seconds: float = 60
    answer_seconds: float = 30
    occlusion_seconds: float = 5
    threads: int = os.cpu_count() or 1
    batch: int = 16


class Refused(Exception):
    """A request that is not answered as asked, in three parts, as `InputError` has them.

    Attributes:
        status: Of HTTP.
        expected: What would have been right.
        received: What came in its place.
        remedy: What to do.
        headers: More headers of the answer.
    """

    def __init__(
        self,
        status: int,
        expected: str,
        received: str,
        remedy: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.headers = status, dict(headers or {})
        self.expected, self.received, self.remedy = expected, received, remedy
        super().__init__(f"expected {expected}, received {received}. {remedy}")

    def as_json(self) -> dict[str, dict[str, str]]:
        """Give the body of the answer."""
        parts = {"expected": self.expected, "received": self.received, "remedy": self.remedy}
        return {"error": parts}


def too_large(limits: Limits) -> Refused:
    """Refuse a body by its size."""
    return Refused(
        413,
        f"a body of at most {limits.megabytes:g} MB",
        "a larger one",
        "Send fewer films at a time, or start the service with a greater --max-megabytes.",
    )


def too_many(limits: Limits) -> Refused:
    """Refuse a body by the number of its films."""
    return Refused(
        413,
        f"at most {limits.films:,} films",
        "more of them",
        "Send fewer films at a time, or start the service with a greater --max-films.",
    )


def busy(what: str) -> Refused:
    """Turn a request away for now."""
    return Refused(
        429,
        "a request at a time when there is room for it",
        what,
        f"Try again after {RETRY_AFTER} s.",
        {"Retry-After": str(RETRY_AFTER)},
    )


@dataclass
class Visit:
    """One request that was let in, and the bytes that are held for it."""

    gate: "Gate"
    held: int = 0

    def hold(self, size: int) -> None:
        """Hold more bytes.

        Raises:
            Refused: The request is too large, or there is no room for it now.
        """
        limits = self.gate.limits
        if self.held + size > limits.megabytes * 1e6:
            raise too_large(limits)
        if self.gate.held + size > limits.held_megabytes * 1e6:
            raise busy("one while the bodies of others fill the memory that is set aside for them")
        self.held += size
        self.gate.held += size


@dataclass
class Gate:
    """Counts the requests that are inside, and the bytes that they hold; of one event loop.

    Attributes:
        limits: How many may be.
        inside: How many are.
        held: Bytes of their bodies.
    """

    limits: Limits
    inside: int = field(default=0, init=False)
    held: int = field(default=0, init=False)

    @contextmanager
    def enter(self) -> Iterator[Visit]:
        """Let a request in while there is room.

        Raises:
            Refused: There is none.
        """
        if self.inside >= self.limits.requests:
            raise busy(f"one while {self.inside:,} others are at work or wait")
        self.inside += 1
        visit = Visit(self)
        try:
            yield visit
        finally:
            self.inside -= 1
            self.held -= visit.held
