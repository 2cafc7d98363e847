"""A file on this machine that was named by itself."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LocalFile:
    """One file, read when it is asked for."""

    path: Path

    @property
    def size(self) -> int:
        """Size in bytes."""
        self._check()
        return self.path.stat().st_size

    def __call__(self) -> bytes:
        """Return the bytes of the file; OSError says why there are none."""
        self._check()
        return self.path.read_bytes()

    def _check(self) -> None:
        if not self.path.exists():
            raise OSError("there is no such file")
        if not self.path.is_file():
            raise OSError("a folder, pipe or device, not a file")
