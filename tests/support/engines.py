"""An engine of mappings that a test can look into."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import cloudpickle


class Posted:
    """Runs each call after a way through bytes, as a worker gets it, and keeps their number.

    Attributes:
        sent: Bytes of each call.
        returned: Bytes of what each gave back.
    """

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.returned: list[int] = []

    def in_order(self, calls: Iterable[Callable[[], Any]], title: str) -> Iterator[Any]:
        del title
        for call in calls:
            posted = cloudpickle.dumps(call)
            self.sent.append(len(posted))
            answer = cloudpickle.dumps(cloudpickle.loads(posted)())
            self.returned.append(len(answer))
            yield cloudpickle.loads(answer)
