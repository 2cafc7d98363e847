"""Films of a DICOM archive as files, so that they are read as those of any other store."""

from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote

from fsspec import AbstractFileSystem

from pneumoscope.datasets.stores.dicomweb import Archive, Instance
from pneumoscope.datasets.stores.dicomweb_address import PROTOCOLS, ArchiveAddress, parse_archive
from pneumoscope.errors import InputError

SUFFIX = ".dcm"


class DicomWebFileSystem(AbstractFileSystem):
    """What a query finds in an archive, as `<study>/<series>/<instance>.dcm` below its address.

    Args:
        place: The address with its query, as `parse_archive` takes it.
        **credentials: As `Archive` takes them.
    """

    protocol = PROTOCOLS
    cachable = False  # it may hold a password

    def __init__(self, place: str, **credentials: Any) -> None:
        """Remember the place; nothing is asked for yet."""
        super().__init__()
        self._place, self._credentials = place, credentials

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    @staticmethod
    def _get_kwargs_from_urls(path: str) -> dict[str, str]:
        return {"place": path}

    @cached_property
    def _address(self) -> ArchiveAddress:
        return parse_archive(self._place)

    @cached_property
    def archive(self) -> Archive:
        """The archive."""
        return Archive(self._address.url, **self._credentials)

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Say that something is found.

        Raises:
            InputError: The archive answers, and has nothing that the address asks for.
            FileNotFoundError: There is no such instance.
        """
        parts = self._parts(path)
        if parts and not path.endswith(SUFFIX):
            raise FileNotFoundError("an archive has no folders but that of its address")
        for query in self._queries(path):
            for _found in self.archive.find(query, limit=1):
                return {"name": path, "size": None, "type": "file" if parts else "directory"}
        if parts:
            raise FileNotFoundError("the archive has no such instance")
        raise InputError(
            f"films in the archive at '{self._place}'",
            "none that the address asks for",
            "Ask for others, or for all: Modality=*. Without Modality, CR and DX are asked for.",
        )

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """List what is found, each instance once."""
        found = dict.fromkeys(
            one for query in self._queries(path) for one in self.archive.find(query)
        )
        names = [self._name(one) for one in found]
        return [{"name": n, "size": None, "type": "file"} for n in names] if detail else names

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: Any
    ) -> bytes:
        """Return the bytes of an instance, which is always read whole."""
        study, series, name = self._parts(path)
        return self.archive.read(Instance(study, series, name.removesuffix(SUFFIX)))[start:end]

    def _name(self, found: Instance) -> str:
        parts = (found.study, found.series, found.instance)
        return f"{self._place}/{'/'.join(quote(part, safe='') for part in parts)}{SUFFIX}"

    def _parts(self, path: str) -> list[str]:
        if not path.startswith(self._place):
            raise FileNotFoundError("it lies outside of the archive")
        below = path.removeprefix(self._place).strip("/")
        return [unquote(part) for part in below.split("/")] if below else []

    def _queries(self, path: str) -> list[dict[str, str]]:
        keywords = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
        parts = [part.removesuffix(SUFFIX) for part in self._parts(path)]
        return [query | dict(zip(keywords, parts, strict=False)) for query in self._address.queries]
