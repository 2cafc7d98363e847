"""A tar archive: listed in one pass, then read by offset or, if compressed, as a stream."""

import bz2
import gzip
import io
import posixpath
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import IO, BinaryIO, cast

from pneumoscope.datasets.stores.archive import (
    MAX_RATIO,
    SMALL,
    NoEnd,
    Packed,
    below,
    damaged,
    nothing_in,
    path_of,
    reading,
)
from pneumoscope.datasets.stores.interface import Files, Reader, Refused, listed
from pneumoscope.datasets.stores.tar_stream import StreamedMember, TarStream

_CHUNK = 2**20
_TOO_DENSE = 64 * SMALL
"""Unpacked bytes from which on a stream must not be packed tighter than films are."""
_LINKS = 8
"""Links that may lead from one to another."""


@dataclass
class TarArchive:
    """All files of a tar archive, below a folder in it.

    Attributes:
        packed: Its bytes.
        kind: `tar`, `tar.gz` or `tar.bz2`.
        inner: The folder; empty for all of it.
        remedy: What to do when there is no such folder.
    """

    packed: Packed
    kind: str
    inner: str
    remedy: str

    def require(self) -> None:
        """Make sure that it begins as an archive does; the rest is seen when it is listed."""
        with reading(self.packed), self._opened() as stream:
            head = stream.read(tarfile.BLOCKSIZE)
        try:
            _Header.frombuf(head, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            if not _is_mark(error):
                what = f"a {self.kind} file that holds no tar archive ({error})"
                raise damaged(self.packed, what) from error

    def files(self) -> Files:
        """List the files: by path, or in the order of the stream, which cannot go back."""
        found = self._found
        if self.inner and not any(path.startswith(f"{self.inner}/") for path, _ in found):
            raise nothing_in(self.packed, self.inner, self.remedy)
        files = listed(below(found, self.inner))
        for reader in files.values():
            if isinstance(reader, StreamedMember) and reader.size:
                reader.stream.add(reader.offset, reader.size)
        files.waits = self.packed.waits and self.kind == "tar"
        files.in_order = self.kind != "tar"
        return files

    @cached_property
    def _found(self) -> list[tuple[str, Reader]]:
        members = [(*path_of(member.name), member) for member in self._members()]
        regular = {path: member for path, _, member in members if member.isreg()}
        unpack = _UNPACKED.get(self.kind)
        stream = TarStream(self.packed, unpack) if unpack else None
        found: list[tuple[int, str, Reader]] = []
        for path, refusal, member in members:
            target = _target(path, member, regular)
            refusal = refusal or _refusal(member, target)
            if member.isdir():
                continue
            if refusal or target is None:
                found.append((member.offset_data, path, Refused(refusal)))
            else:
                reader = self._reader(target.offset_data, target.size, stream)
                found.append((target.offset_data, path, reader))
        order = itemgetter(1) if self.kind == "tar" else itemgetter(0, 1)
        return [(path, reader) for _, path, reader in sorted(found, key=order)]

    def _reader(self, offset: int, size: int, stream: TarStream | None) -> Reader:
        if stream is None:
            return TarMember(self.packed, offset, size)
        return StreamedMember(stream, offset, size)

    def _members(self) -> list[tarfile.TarInfo]:
        """Go through the archive to its end, which has to be one."""
        with reading(self.packed), self._opened() as stream:
            # A stream of our own is never sought backwards.
            with tarfile.TarFile(
                fileobj=cast(IO[bytes], stream), tarinfo=_Header,
                encoding="utf-8", errors="surrogateescape",
            ) as archive:  # fmt: skip
                members = archive.getmembers()
            while rest := stream.read(_CHUNK):
                if rest.strip(b"\0"):
                    raise damaged(self.packed, "more behind the mark that ends a tar archive")
        return members

    @contextmanager
    def _opened(self) -> Iterator["_Stream"]:
        with self.packed.open() as file:
            unpack = _UNPACKED.get(self.kind)
            yield _Stream(file, unpack(file) if unpack else None)


@dataclass(frozen=True)
class TarMember:
    """One file of an archive that is not compressed.

    Attributes:
        packed: The archive.
        offset: Where its bytes begin.
        size: How many there are.
    """

    packed: Packed
    offset: int
    size: int

    def __call__(self) -> bytes:
        """Return its bytes; OSError says why there are none."""
        data = self.packed.read(self.offset, self.offset + self.size) if self.size else b""
        if len(data) != self.size:
            raise OSError("damaged: it is cut short in the archive")
        return data


class _Header(tarfile.TarInfo):
    """A header that, where it is damaged, does not pass for the end of the archive."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> "_Header":
        try:
            return super().fromtarfile(tarfile)
        except Exception as error:
            if _is_mark(error):
                raise
            where = f"at byte {tarfile.offset:,} of it unpacked"
            raise NoEnd(f"neither a file nor the mark that ends an archive {where}") from error


class _Stream(io.RawIOBase):
    """Bytes from front to back, and no more of them than films could be packed into."""

    def __init__(self, file: BinaryIO, unpacked: BinaryIO | None) -> None:
        self._file, self._unpacked = file, unpacked
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data = (self._unpacked or self._file).read(size)
        self._at += len(data)
        if self._unpacked and self._at > max(_TOO_DENSE, MAX_RATIO * self._file.tell()):
            raise NoEnd(
                f"a decompression bomb: {self._at:,} bytes out of {self._file.tell():,}, more "
                f"than {MAX_RATIO} times"
            )
        return data

    def tell(self) -> int:
        return self._at

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        if self._unpacked is None:
            self._at = self._file.seek(position, whence)
            return self._at
        while self._at < position and self.read(min(_CHUNK, position - self._at)):
            pass
        return self._at


def _gunzip(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, gzip.GzipFile(fileobj=file))


def _bunzip(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, bz2.BZ2File(file))


_UNPACKED: dict[str, Callable[[BinaryIO], BinaryIO]] = {"tar.gz": _gunzip, "tar.bz2": _bunzip}


def _is_mark(error: BaseException) -> bool:
    # The kinds of HeaderError bear no public names.
    return type(error).__name__ == "EOFHeaderError"


def _target(
    path: str, member: tarfile.TarInfo, regular: dict[str, tarfile.TarInfo]
) -> tarfile.TarInfo | None:
    """Follow links within the archive to the file whose bytes they stand for."""
    found: tarfile.TarInfo | None = member
    for _ in range(_LINKS):
        if found is None or not (found.issym() or found.islnk()):
            break
        start = posixpath.dirname(path) if found.issym() else ""
        path = posixpath.normpath(posixpath.join(start, found.linkname))
        found = regular.get(path)
    return found if found is not None and found.isreg() else None


def _refusal(member: tarfile.TarInfo, target: tarfile.TarInfo | None) -> str:
    """Say why a file is not read, if so."""
    if member.issparse() or (target is not None and target.issparse()):
        return "stored as a sparse file, which is not read: pack it anew without --sparse"
    if target is None and (member.issym() or member.islnk()):
        return "a link to no file of the archive, not followed"
    return "" if target is not None else "a pipe or device, not a file"
