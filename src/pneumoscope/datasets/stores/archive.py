"""What archives of every kind have in common: their bytes, their kind, the names in them."""

import gzip
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pneumoscope.datasets.stores.interface import Reader, Refused
from pneumoscope.datasets.stores.remote import Remote, reason_of
from pneumoscope.errors import InputError

MAX_RATIO = 200
"""Times its packed size that a file may take unpacked; a film of one grey level packs that far."""

SMALL = 2**20
"""Bytes up to which a file may be packed as tightly as it likes."""

OUTSIDE = "its name leads out of the archive"

_BLOCK = 2**22
_DAMAGE = (
    tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, struct.error, EOFError,
    NotImplementedError,
)  # fmt: skip
_MAGIC = {
    b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"\x1f\x8b": "tar.gz", b"BZh": "tar.bz2",
    b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar", b"PK\x07\x08": "zip in several parts",
}  # fmt: skip


class Packed(Protocol):
    """The bytes of an archive, wherever they lie."""

    @property
    def name(self) -> str:
        """Where they lie, for messages."""

    @property
    def size(self) -> int:
        """How many there are."""

    @property
    def waits(self) -> bool:
        """Whether reading them waits for a network."""

    def read(self, start: int, end: int) -> bytes:
        """Return those from `start` to before `end`."""

    def open(self) -> BinaryIO:
        """Open them as a file that can be read from front to back, and sought in."""


@dataclass(frozen=True)
class LocalBytes:
    """An archive on this machine.

    Attributes:
        path: The file.
    """

    path: Path
    waits: bool = False

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self.path.stat().st_size

    def read(self, start: int, end: int) -> bytes:
        """Return a part of it."""
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(start)
                return b"".join(iter(lambda: file.read(max(0, end - file.tell())), b""))
        except OSError as error:
            raise InputError(
                f"the archive '{self.path}' to stay until all of it is read",
                error.strerror or str(error),
                "Bring it back and run again: nothing was put into quarantine for it.",
            ) from error

    def open(self) -> BinaryIO:
        """Open it."""
        return self.path.open("rb")


@dataclass
class RemoteBytes:
    """An archive in a store.

    Attributes:
        remote: The store, at the archive's address.
    """

    remote: Remote
    waits: bool = True

    @property
    def name(self) -> str:
        """Its address."""
        return self.remote.address

    @cached_property
    def size(self) -> int:
        """Its size in bytes."""
        return int((self.remote.info() or {}).get("size") or 0)

    def read(self, start: int, end: int) -> bytes:
        """Return a part of it."""
        return self.remote.read(self.remote.root, start, end)

    def open(self) -> BinaryIO:
        """Open it; what was read last is read ahead of, and kept in memory."""
        opened = self.remote.fs.open(
            self.remote.root, "rb", block_size=_BLOCK, cache_type="readahead"
        )
        return cast(BinaryIO, opened)


def kind_of(packed: Packed) -> str:
    """Tell the kind of an archive by its content: `zip`, `tar`, `tar.gz`, `tar.bz2`.

    Raises:
        InputError: It is none of these.
    """
    with reading(packed):
        head = packed.read(0, tarfile.BLOCKSIZE) if packed.size else b""
    kind = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")
    if not kind and _begins_a_tar(head):
        kind = "tar"
    if kind in ("zip", "tar", "tar.gz", "tar.bz2"):
        return kind
    raise InputError(
        "a folder of radiographs, or a zip or tar archive of them (tar.gz and tar.bz2 too)",
        f"'{packed.name}', {_an_archive(kind) if kind else 'a file of another kind'}",
        "Pack it anew as zip, or unpack it and name the folder."
        if kind
        else "Name the folder that the radiographs lie in.",
    )


def _an_archive(kind: str) -> str:
    return f"{'an' if kind == 'xz' else 'a'} {kind} archive"


class NoEnd(Exception):
    """The archive stops without the mark that ends one, or never ends."""


@contextmanager
def reading(packed: Packed) -> Iterator[None]:
    """Tell what is wrong with an archive from what is wrong with the place that it lies at.

    Raises:
        InputError: Either of them, in place of what libraries raise.
    """
    try:
        yield
    except InputError:
        raise
    except (NoEnd, *_DAMAGE) as error:
        raise damaged(packed, error) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno is None and not packed.waits:
            raise damaged(packed, error) from error  # bz2 knows no kind of its own
        if not isinstance(error, OSError) and not packed.waits:
            raise
        raise InputError(
            f"the archive '{packed.name}' to be read",
            reason_of(error),
            "Check that it is there and may be read, and run again.",
        ) from error


def damaged(packed: Packed, what: object) -> InputError:
    """Say that an archive cannot be listed to its end, so that nobody knows what it held."""
    return InputError(
        f"the archive '{packed.name}' to be whole",
        " ".join(str(what).split()),
        "Get it anew, or pack it anew: what is missing cannot be named.",
    )


def path_of(name: str) -> tuple[str, str]:
    """Return a member's path, without what says nothing (`./a//b`), and why it is not to be read.

    Nothing is ever written by such a name; but one that leads out of the archive is no name that
    a film's class or patient could be read from.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or not parts:
        return name or "(no name)", OUTSIDE
    return "/".join(parts), ""


def below(found: Iterable[tuple[str, Reader]], inner: str) -> Iterator[tuple[str, Reader]]:
    """Keep what lies in one folder of an archive, with its path from there."""
    for path, reader in found:
        if not inner:
            yield path, reader
        elif path.startswith(f"{inner}/"):
            yield path.removeprefix(f"{inner}/"), reader


def nothing_in(packed: Packed, inner: str, remedy: str) -> InputError:
    """Say that there is no such folder in an archive."""
    return InputError(f"a folder '{inner}' in the archive '{packed.name}'", "none there", remedy)


def too_dense(size: int, packed: int) -> bool:
    """Tell a file that is packed tighter than any film."""
    return size > SMALL and size > MAX_RATIO * max(packed, 1)


def dense(size: int, packed: int) -> Refused:
    """Refuse a file that is packed tighter than any film."""
    return Refused(
        f"decompression bomb: {size:,} bytes out of {packed:,}, more than {MAX_RATIO} times", 0
    )


def _begins_a_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        return type(error).__name__ == "EOFHeaderError"  # an empty one is all zeros
    return True
