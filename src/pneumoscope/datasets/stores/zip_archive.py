"""A zip archive: each file in it read where it lies, by the offset that the directory gives."""

import bz2
import stat
import struct
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from pneumoscope.datasets.stores.archive import (
    Packed,
    below,
    dense,
    nothing_in,
    path_of,
    reading,
    too_dense,
)
from pneumoscope.datasets.stores.interface import Files, Reader, Refused, listed

_HEADER = struct.Struct("<4s5H3L2H")
_ENCRYPTED, _PATCHED, _UTF8 = 0x01, 0x20, 0x800
_STORED, _DEFLATED, _BZIP2 = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2
_METHODS = {9: "deflate64", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
_DOS = 0
_SLACK = 2**17
"""Bytes that the name and the extra fields before a file's content may take."""


@dataclass
class ZipArchive:
    """All files of a zip archive, below a folder in it.

    Attributes:
        packed: Its bytes.
        inner: The folder; empty for all of it.
        remedy: What to do when there is no such folder.
    """

    packed: Packed
    inner: str
    remedy: str

    def require(self) -> None:
        """Make sure that its directory can be read, and that the folder is in it."""
        found = [path for path, _ in self._found]
        if self.inner and not any(path.startswith(f"{self.inner}/") for path in found):
            raise nothing_in(self.packed, self.inner, self.remedy)

    def files(self) -> Files:
        """List the files, sorted by path."""
        self.require()
        files = listed(below(sorted(self._found, key=lambda pair: pair[0]), self.inner))
        files.waits = self.packed.waits
        return files

    @cached_property
    def _found(self) -> list[tuple[str, Reader]]:
        with reading(self.packed), self.packed.open() as file, zipfile.ZipFile(file) as archive:
            members, directory = archive.infolist(), archive.start_dir
        return list(self._readers(members, directory))

    def _readers(
        self, members: list[zipfile.ZipInfo], directory: int
    ) -> Iterator[tuple[str, Reader]]:
        # Where the next one begins bounds each: some archives let files overlap, to unpack
        # to petabytes.
        starts = sorted({*(member.header_offset for member in members), directory})
        for member in members:
            path, refusal = path_of(_name(member))
            after = bisect_right(starts, member.header_offset)
            end = starts[after] if after < len(starts) else directory
            refusal = refusal or _refusal(member, end)
            if member.is_dir() and not member.file_size:
                continue
            if member.is_dir():
                yield path, Refused("it is named like a folder and holds data")
            elif refusal:
                yield path, Refused(refusal)
            elif too_dense(member.file_size, member.compress_size):
                yield path, dense(member.file_size, member.compress_size)
            else:
                yield path, ZipMember(
                    self.packed, member.header_offset, end, member.compress_type,
                    member.compress_size, member.file_size, member.CRC,
                )  # fmt: skip


@dataclass(frozen=True)
class ZipMember:
    """One file of a zip archive.

    Attributes:
        packed: The archive.
        start: Where its header begins.
        end: Where the next begins.
        method: How it is packed.
        packed_size: Its bytes there.
        size: Its bytes unpacked, as the directory declares.
        crc: Their checksum.
    """

    packed: Packed
    start: int
    end: int
    method: int
    packed_size: int
    size: int
    crc: int

    def __call__(self) -> bytes:
        """Return its bytes; OSError says why there are none."""
        end = min(self.end, self.start + self.packed_size + _SLACK)
        found = self.packed.read(self.start, end)
        content = found[_content(found) :][: self.packed_size]
        if len(content) < self.packed_size:
            raise OSError("damaged: it is cut short in the archive")
        data = self._unpacked(content)
        if len(data) != self.size:
            raise OSError(f"damaged: it does not unpack to the {self.size:,} bytes it declares")
        if zlib.crc32(data) != self.crc:
            raise OSError("damaged: its checksum in the archive is another")
        return data

    def _unpacked(self, content: bytes) -> bytes:
        if self.method == _STORED:
            return content
        # One byte more than declared, never what a bomb would unpack to.
        bound = self.size + 1
        try:
            if self.method == _DEFLATED:
                return zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, bound)
            return bz2.BZ2Decompressor().decompress(content, bound)
        except (zlib.error, OSError, EOFError) as error:
            raise OSError(f"damaged in the archive: {error}") from error


def _refusal(member: zipfile.ZipInfo, end: int) -> str:
    """Say why a file is not read, if so."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    if member.flag_bits & _ENCRYPTED:
        return "encrypted: unpack the archive with its password and name the folder"
    if member.flag_bits & _PATCHED or member.compress_type not in (_STORED, _DEFLATED, _BZIP2):
        how = f"method {member.compress_type} ({_METHODS.get(member.compress_type, 'unknown')})"
        return f"packed by {how}, which is not read: pack it anew by deflate"
    if kind == stat.S_IFLNK:
        return "a symbolic link, not followed"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a pipe or device, not a file"
    if member.header_offset + _HEADER.size + member.compress_size > end:
        return "damaged: it overlaps another file of the archive"
    return ""


def _name(member: zipfile.ZipInfo) -> str:
    r"""Return a name as it was meant: macOS writes UTF-8 and does not say so, Windows `\`."""
    name = member.orig_filename
    if not member.flag_bits & _UTF8 and not name.isascii():
        with suppress(UnicodeError):  # else it is of cp437, as the format has it
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/") if member.create_system == _DOS else name


def _content(found: bytes) -> int:
    """Return where a file's content begins after its header."""
    if len(found) < _HEADER.size or not found.startswith(b"PK\x03\x04"):
        raise OSError("damaged: no header where the archive's directory says")
    *_, name, extra = _HEADER.unpack_from(found)
    return _HEADER.size + int(name) + int(extra)
