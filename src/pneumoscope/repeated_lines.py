"""What libraries log: the first line of each kind, and at the end how many more there were."""

import logging
import re
from collections import Counter
from threading import Lock

OWN = ("pneumoscope", "kedro")
"""Loggers whose lines are all shown."""

_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|0x[0-9a-f]+|[-+]?\d[\d.,]*", re.IGNORECASE)
"""What differs between lines of one kind: quoted text and numbers."""

_SHOWN = "first_of_its_kind"


class RepeatedLines(logging.Filter):
    """Shows one line of each kind; thousands of files may give rise to as many equal warnings."""

    def __init__(self) -> None:
        """Begin to count."""
        super().__init__()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], str] = {}
        self._lock = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a line through if it is the project's own, or the first of its kind."""
        if record.name.split(".")[0] in OWN:
            return True
        # Each handler asks, and a line counts once.
        if not hasattr(record, _SHOWN):
            setattr(record, _SHOWN, self._is_first(record))
        return bool(getattr(record, _SHOWN))

    def _is_first(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        kind = (record.name, _VARYING.sub("", line))
        with self._lock:
            self._seen[kind] += 1
            self._examples.setdefault(kind, line.splitlines()[0] if line else "")
            return self._seen[kind] == 1

    def counted(self) -> list[str]:
        """Return a sentence for each kind that came more than once."""
        return [
            f"{count:,} lines of {name} in all like: {self._examples[name, kind]}"
            for (name, kind), count in self._seen.items()
            if count > 1
        ]
