"""A file that several processes of a run add to, one after the other."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

logger = logging.getLogger(__name__)


@contextmanager
def turn(file: Path) -> Iterator[None]:
    """Keep a file to this process while it reads it and puts another in its place.

    Others wait, as where a cluster runs several models side by side: else one of two additions
    would be lost. What is locked is a file beside it, which stays, hidden; the operating system
    ends the lock with the process, however that ends.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            _wait_and_lock(descriptor)
        except OSError as error:
            logger.warning("'%s' cannot be locked (%s): let no two runs add to it", file, error)
        yield
    finally:
        os.close(descriptor)


def _wait_and_lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
