"""The log of the service: a line of JSON an event, on stderr, that names no film and no patient."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any

CONFIGURATION: Mapping[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": f"{__name__}.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        **{
            name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
            for name in ("pneumoscope", "uvicorn")
        },
        # It tells the address that was asked for, which may hold anything.
        "uvicorn.access": {"handlers": [], "propagate": False},
    },
}
"""Of the standard library's logging, for uvicorn too."""

FIELDS = "fields"
"""Name of the attribute of a record that holds what is told beside the message."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON.

    Of an exception its kind and place alone: what it says may have been read from a film.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"time": when, "level": record.levelname.lower(), "event": record.getMessage()}
        told |= getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            *_, last = extract_tb(error.__traceback__) or [None]
            told["error"] = type(error).__name__
            told["at"] = f"{last.filename}:{last.lineno}" if last else ""
        return json.dumps(told)
