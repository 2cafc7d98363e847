"""A compressed archive read from front to back once, though its files are asked for by threads."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from pneumoscope.datasets.stores.archive import Packed
from pneumoscope.errors import InputError

HELD_BYTES, HELD_FILES = 2**28, 256
"""What is held of files that were passed and not asked for: threads pass a few, and litter that
nobody asks for is let go."""

_CHUNK = 2**20


class TarStream:
    """The unpacked bytes of an archive, which go forward only.

    A file that is asked for takes the stream past those before it, whose bytes are held until
    they are asked for too. One that was passed and let go begins the archive anew: read in the
    order of the listing, none is.

    Args:
        packed: The archive.
        unpacked: Opens a file that gives its bytes unpacked.
    """

    def __init__(self, packed: Packed, unpacked: Callable[[BinaryIO], BinaryIO]) -> None:
        self._packed, self._unpack = packed, unpacked
        self._files: list[tuple[int, int]] = []
        self._wanted: dict[int, int] = {}
        self._at = self._next = self._bytes = 0
        self._held: dict[int, bytes] = {}
        self._file: BinaryIO | None = None
        self._stream: BinaryIO | None = None
        self._lock = threading.Lock()

    def add(self, offset: int, size: int) -> None:
        """Make a file known, in the order of the archive; twice, where a link stands for it."""
        if offset not in self._wanted:
            self._files.append((offset, size))
        self._wanted[offset] = self._wanted.get(offset, 0) + 1

    def take(self, offset: int) -> bytes:
        """Return the bytes of the file that begins at an offset of the unpacked archive.

        Raises:
            InputError: The archive cannot be read any more, though it could be when it was listed.
        """
        with self._lock:
            try:
                if offset not in self._held:
                    self._pass(offset)
            except Exception as error:
                self._close()
                raise InputError(
                    f"the archive '{self._packed.name}' to stay until all of it is read",
                    " ".join(str(error).split()) or type(error).__name__,
                    "Run again when it is back: nothing was put into quarantine for it.",
                ) from error
            data = self._held[offset]
            self._wanted[offset] -= 1
            if self._wanted[offset] <= 0:
                self._let_go(offset)
            return data

    def _pass(self, offset: int) -> None:
        """Go on to the end of a file, or begin anew if the stream is past its start."""
        if self._stream is None or offset < self._at:
            self._close()
            self._file = self._packed.open()
            self._stream = self._unpack(self._file)
        while offset not in self._held:
            start, size = self._files[self._next]
            self._next += 1
            if start == offset or size <= HELD_BYTES:
                self._skip(start - self._at)
                self._hold(start, self._read(size))
        if self._next == len(self._files):
            self._close_stream()

    def _hold(self, start: int, data: bytes) -> None:
        self._held[start] = data
        self._bytes += len(data)
        while len(self._held) > 1 and (self._bytes > HELD_BYTES or len(self._held) > HELD_FILES):
            self._let_go(next(iter(self._held)))

    def _let_go(self, start: int) -> None:
        self._bytes -= len(self._held.pop(start))

    def _skip(self, size: int) -> None:
        while size:
            size -= len(self._read(min(size, _CHUNK)))

    def _read(self, size: int) -> bytes:
        assert self._stream is not None
        data = self._stream.read(size)
        if len(data) != size:
            raise EOFError("it has become shorter since it was listed")
        self._at += size
        return data

    def _close(self) -> None:
        self._close_stream()
        self._held.clear()
        self._bytes = 0

    def _close_stream(self) -> None:
        for opened in (self._stream, self._file):
            with suppress(Exception):
                if opened is not None:
                    opened.close()
        self._stream, self._file, self._at, self._next = None, None, 0, 0

    def __del__(self) -> None:
        """Close what an unfinished pass has left open."""
        self._close_stream()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the open stream behind when it goes to another process."""
        return {name: self.__dict__[name] for name in ("_packed", "_unpack", "_files", "_wanted")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Begin anew in the other process."""
        TarStream.__init__(self, state["_packed"], state["_unpack"])
        self.__dict__.update(state)


@dataclass(frozen=True)
class StreamedMember:
    """One file of a compressed archive.

    Attributes:
        stream: The archive.
        offset: Where its bytes begin when unpacked.
        size: How many there are.
    """

    stream: TarStream
    offset: int
    size: int

    def __call__(self) -> bytes:
        """Return its bytes."""
        return self.stream.take(self.offset) if self.size else b""
