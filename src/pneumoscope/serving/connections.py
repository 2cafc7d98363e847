"""Connections that end: what a slow or silent client can hold is bounded in time and number."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from pneumoscope.serving.limits import Limits

UNFINISHED_SECONDS = 5
"""That a body may go on coming once the service is told to stop."""

MOST_CONNECTIONS = 256
"""Open at a time; each takes a file descriptor."""


def bounded(limits: Limits) -> type[H11Protocol]:
    """Give uvicorn's connection with a time for a head to come, and for all of a request.

    uvicorn itself waits for ever for a head, and for an answer to be taken.
    """
    head = limits.head_seconds
    whole = limits.upload_seconds + limits.seconds + limits.answer_seconds

    class Bounded(H11Protocol):
        _end: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > MOST_CONNECTIONS:
                transport.abort()
            else:
                self._end_after(head)

        def handle_events(self) -> None:
            before: Any = self.cycle
            super().handle_events()
            if self.cycle is not before and not self.cycle.response_complete:
                self._end_after(whole)

        def on_response_complete(self) -> None:
            self._end_after(head)
            super().on_response_complete()

        def shutdown(self) -> None:
            """Let films that are here be scored; a body that does not come is not waited for."""
            super().shutdown()
            self.loop.call_later(UNFINISHED_SECONDS, self._end_unfinished)

        def _end_unfinished(self) -> None:
            cycle: Any = self.cycle
            if cycle is not None and cycle.more_body and not cycle.response_complete:
                self.transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._end is not None:
                self._end.cancel()
            super().connection_lost(exc)

        def _end_after(self, seconds: float) -> None:
            if self._end is not None:
                self._end.cancel()
            # What is left to be sent is dropped: it was not taken in all that time.
            self._end = self.loop.call_later(seconds, self.transport.abort)

    return Bounded
