"""The terminal: one console, so that log lines go above a bar, and are coloured there alone."""

import logging
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {logging.WARNING: "yellow", logging.ERROR: "red", logging.CRITICAL: "bold red"}


@cache
def console() -> "Console":
    """Return the one console, which writes to stderr; results alone go to stdout."""
    from rich.console import Console

    return Console(stderr=True)


def colour_log_lines() -> None:
    """Let the log lines that go to a terminal pass through the console; elsewhere do nothing."""
    if not console().is_terminal:
        return
    for plain in list(logging.root.handlers):
        if type(plain) is logging.StreamHandler and plain.stream in (sys.stderr, sys.__stderr__):
            coloured = TerminalHandler(plain.level)
            coloured.setFormatter(plain.formatter)
            coloured.filters = plain.filters
            logging.root.removeHandler(plain)
            logging.root.addHandler(coloured)


class TerminalHandler(logging.Handler):
    """Prints a log line in the colour of its level; NO_COLOR in the environment takes it away."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the line above a bar, if there is one."""
        try:
            from rich.text import Text

            line = Text(self.format(record), STYLES.get(record.levelno, ""))
            console().print(line, soft_wrap=True)
        except Exception:  # what a log line raises must not stop a run
            self.handleError(record)
