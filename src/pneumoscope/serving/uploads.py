"""The body of a request taken apart into films, each read only when its turn comes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from fastapi import Request
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from pneumoscope.datasets.stores.interface import Refused as Unread
from pneumoscope.datasets.stores.zip_archive import ZipArchive
from pneumoscope.errors import InputError
from pneumoscope.ingestion.file_names import escape_name
from pneumoscope.serving.limits import Limits, Refused, Visit, too_large, too_many

MULTIPART = "multipart/form-data"
RAW = ("image/", "application/dicom", "application/octet-stream", "application/zip",
       "application/x-zip-compressed")  # fmt: skip
"""What the type of a body that is one file begins with; what it is, its content tells."""

UNNAMED = "film"
"""What a film without a name is called."""

LONGEST_NAME = 255
"""Characters of a name that are given back."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_MEMBER = b"PK\x01\x02"
_BESIDE = 4
"""Entries of an archive a film that it may have: folders, and what macOS puts beside each."""


@dataclass(frozen=True)
class Film:
    """One film that was sent.

    Attributes:
        number: Which file of the body it came in.
        name: As it was given, as printable text.
        read: Returns its bytes, or raises OSError.
        named: Whether the sender named it, and not an archive.
    """

    number: int
    name: str
    read: Callable[[], bytes]
    named: bool = True


@dataclass(frozen=True)
class _Sent:
    """A file in memory."""

    data: bytes
    name: str = "that was sent"
    waits: bool = False

    @property
    def size(self) -> int:
        return len(self.data)

    def __call__(self) -> bytes:
        return self.data

    def read(self, start: int, end: int) -> bytes:
        return self.data[start:end]

    def open(self) -> BinaryIO:
        return BytesIO(self.data)


class _Form(MultiPartParser):
    """Takes a form apart in memory, and refuses one that does not go to its end."""

    # 0 is without end. A file that is rolled over to a disk is a film that was kept.
    spool_max_size = 0

    def __init__(self, headers: Headers, body: AsyncGenerator[bytes, None], limits: Limits) -> None:
        super().__init__(headers, self._to_the_end(body), max_files=limits.films, max_fields=0)
        self._ended = False

    def on_end(self) -> None:
        self._ended = True

    async def _to_the_end(self, body: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        async for chunk in body:
            yield chunk
        if not self._ended:
            raise MultiPartException("One that is cut short")


async def read_films(request: Request, limits: Limits, visit: Visit) -> list[Film]:
    """Read the body of a request.

    Args:
        request: Multipart, or the bytes of one file.
        limits: How much is read.
        visit: Where the bytes are counted.

    Returns:
        The films, in the order of the body; those of an archive by their paths.

    Raises:
        Refused: The body is of no such type, damaged, empty, or too large.
    """
    try:
        async with asyncio.timeout(limits.upload_seconds):
            sent = await _sent(request, limits, visit)
    except TimeoutError as error:
        raise Refused(
            408,
            f"the body within {limits.upload_seconds:g} s",
            "a part of it",
            "Send fewer films at a time.",
        ) from error
    if not any(data for _, data in sent):
        raise Refused(400, "at least one film", "none", "Send one: curl -F films=@film.jpeg.")
    films: list[Film] = []
    for number, (name, data) in enumerate(sent):
        films += _films(number, name, data, limits)
        if len(films) > limits.films:
            raise too_many(limits)
    return films


async def _sent(request: Request, limits: Limits, visit: Visit) -> list[tuple[str, bytes]]:
    """Give each file of a body: name and bytes."""
    kind = request.headers.get("content-type", "application/octet-stream").lower()
    body = _bounded(request, limits, visit)
    if kind.startswith(MULTIPART):
        return await _parts(request, body, limits)
    if kind.startswith(RAW):
        return [(UNNAMED, b"".join([chunk async for chunk in body]))]
    raise Refused(
        415,
        f"{MULTIPART}, or one file as image/jpeg, image/png, application/dicom, "
        "application/zip or application/octet-stream",
        f"Content-Type {kind[:60]!r}",
        "Send it as curl does by -F films=@film.jpeg.",
    )


async def _bounded(request: Request, limits: Limits, visit: Visit) -> AsyncGenerator[bytes, None]:
    declared = request.headers.get("content-length", "0")
    if int(declared) > limits.megabytes * 1e6:
        raise too_large(limits)
    async for chunk in request.stream():
        visit.hold(len(chunk))
        yield chunk


async def _parts(
    request: Request, body: AsyncGenerator[bytes, None], limits: Limits
) -> list[tuple[str, bytes]]:
    try:
        form = await _Form(request.headers, body, limits).parse()
    except MultiPartException as error:
        if error.message.startswith("Too many files"):
            raise too_many(limits) from error
        raise Refused(
            400,
            f"a whole body of {MULTIPART} that holds files and nothing else",
            error.message.rstrip("."),
            "Send films as curl does by -F films=@film.jpeg; prevalence and images stand in the "
            "address.",
        ) from error
    found = []
    for _, part in form.multi_items():
        assert isinstance(part, UploadFile)  # no field is let through
        data = part.file.read()
        part.file.close()
        # An empty choice of files in a page is sent as a file without name and bytes.
        if part.filename or data:
            found.append((_printable(part.filename or UNNAMED), data))
    return found


def _printable(name: str) -> str:
    shown = escape_name(name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME]}…"


def _films(number: int, name: str, data: bytes, limits: Limits) -> Sequence[Film]:
    if not data.startswith(_ZIP):
        return [Film(number, name, _Sent(data))]
    # Each entry takes a hundred times its bytes once it is listed.
    if data.count(_MEMBER) > _BESIDE * (limits.films + 1):
        raise too_many(limits)
    try:
        return list(_members(number, name, data))
    except InputError as error:
        reason = f"expected {error.expected}, received {error.received}"
    except Exception as error:  # zipfile lets some damage through to what it calls
        reason = f"damaged archive: {type(error).__name__}"
    return [Film(number, name, Unread(reason, len(data)))]


def _members(number: int, name: str, data: bytes) -> Iterator[Film]:
    files = ZipArchive(_Sent(data), "", "").files()
    if not files:
        yield Film(number, name, Unread("an archive without a file"))
    for path, read in files.items():
        yield Film(number, _printable_path(name, path), read, named=False)


def _printable_path(name: str, path: str) -> str:
    whole = f"{name}/{path}"  # both are escaped
    return whole if len(whole) <= LONGEST_NAME else f"{whole[:LONGEST_NAME]}…"
