"""Films that are kept, where the one who runs the service has asked for it."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kept:
    """A reader whose bytes are kept in a folder, under their SHA-256 and no name.

    Attributes:
        read: Returns the bytes, or raises OSError.
        folder: Where they are kept, readable by the owner alone.
    """

    read: Callable[[], bytes]
    folder: Path

    @property
    def size(self) -> int:
        """Size in bytes; 0 where it is not known before."""
        return int(getattr(self.read, "size", 0))

    def __call__(self) -> bytes:
        """Return the bytes, once they are kept."""
        data = self.read()
        file = self.folder / hashlib.sha256(data).hexdigest()
        if not file.exists():
            unfinished = file.with_name(f".{file.name}.{os.getpid()}.{id(self)}")
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as opened:
                    opened.write(data)
                unfinished.replace(file)
            finally:
                unfinished.unlink(missing_ok=True)
        return data
