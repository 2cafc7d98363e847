"""What a user writes for a place, taken apart: a path or an address, and a folder in an archive."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pneumoscope.errors import InputError

ARCHIVE_NAME = re.compile(r"\.(zip|tar|tgz|tar\.(gz|bz2|xz|zst)|tbz2?|txz|7z|rar)$", re.IGNORECASE)
"""Names of archives, by which one in a store is known before it is asked for."""

_STATED = ("zip", "tar")


@dataclass(frozen=True)
class Address:
    """One place.

    Attributes:
        place: A local path, or an address as fsspec reads it.
        stated: Whether `zip://…::` or `tar://…::` says that the place is an archive.
        inner: Folder within the archive; empty for all of it.
    """

    place: str
    stated: bool = False
    inner: str = ""

    @property
    def remote(self) -> bool:
        """Whether fsspec has to read it."""
        return "://" in self.place

    @property
    def path(self) -> Path:
        """The local path."""
        return Path(self.place).expanduser()


def parse(written: str) -> Address:
    """Take a place apart.

    Args:
        written: A path, an address (`s3://bucket/films`), or an archive with a folder in it
            (`zip://train::s3://bucket/films.zip`); `file://` is a path.

    Raises:
        InputError: It has a password in it, or an archive within an archive.
    """
    inner, place, stated = "", written, False
    scheme, _, rest = written.partition("://")
    if scheme in _STATED:
        inner, chained, place = rest.partition("::")
        stated = True
        if not chained or place.partition("://")[0] in _STATED:
            raise InputError(
                f"{scheme}://<folder in it>::<path or address of the archive>",
                f"'{written}'",
                f"Write for example {scheme}://::s3://bucket/films.{scheme}; an archive in an "
                "archive is not read.",
            )
    if urlsplit(place).password if "://" in place else False:
        raise InputError(
            "an address without a password, which would end in logs",
            f"one that has it, at {urlsplit(place).hostname}",
            "Put it into conf/local/credentials.yml: docs/storage.md shows how.",
        )
    for local in ("file://", "local://"):
        place = place.removeprefix(local)
    return Address(place, stated, inner.strip("/"))
