"""Files that several processes add to, one after the other, by locks of the operating system."""

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
            lock(descriptor, wait=True)
        except OSError as error:
            logger.warning("'%s' cannot be locked (%s): let no two runs add to it", file, error)
        yield
    finally:
        os.close(descriptor)


def lock(descriptor: int, *, wait: bool) -> None:
    """Lock an open file for this process, which no child inherits, until it is closed.

    Args:
        descriptor: Of a file that is open for reading and writing.
        wait: Whether to wait until no other process holds it.

    Raises:
        OSError: Another process holds it, or its disk knows no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        # Far behind the text, which others could not read otherwise.
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.lockf(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
