"""One run at a time in a folder of results."""

import json
import logging
import os
import platform
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

from pneumoscope.datasets.shared_file import lock
from pneumoscope.errors import InputError

logger = logging.getLogger(__name__)

NAME = ".run.lock"
"""File in the folder of results that names the run which writes there; empty between runs."""


class ResultsLock:
    """Keeps a second run out of a folder of results, on this machine or over a network.

    The operating system holds the lock for the process, and no child inherits it: it ends with
    the process, however that ends. A file that a killed run left behind therefore locks nothing.
    """

    def __init__(self) -> None:
        """Hold nothing."""
        self._descriptor: int | None = None

    def take(self, results: Path) -> None:
        """Lock the folder and write into its lock file who does.

        Raises:
            InputError: Another run writes there; the message names it.
            OSError: The folder cannot be written to.
        """
        self.release()
        results.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(results / NAME, os.O_RDWR | os.O_CREAT, 0o666)
        holder = os.read(descriptor, 10_000).decode(errors="replace")
        try:
            lock(descriptor, wait=False)
        except (BlockingIOError, PermissionError) as error:
            os.close(descriptor)
            raise InputError(
                f"no other run to be writing into '{results}'",
                f"one: {_described(holder)}",
                "Wait for its end, or name another folder: RESULTS=<folder>.",
            ) from error
        except OSError as error:
            logger.warning("'%s' cannot be locked (%s): start no second run there", results, error)
        if holder:
            logger.info("An earlier run was cut off: %s", _described(holder))
        self._descriptor = descriptor
        _write(descriptor, json.dumps(_myself()))

    def release(self) -> None:
        """Let others write there; without a lock this does nothing."""
        if self._descriptor is not None:
            _write(self._descriptor, "")
            os.close(self._descriptor)
            self._descriptor = None


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, text.encode())


def _myself() -> dict[str, str | int]:
    return {
        "process": os.getpid(),
        "host": platform.node(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }


def _described(holder: str) -> str:
    try:
        run = json.loads(holder)
        return "`{command}`, process {process} on {host} since {since}".format(**run)
    except (ValueError, KeyError):
        return "its lock file does not say which"
