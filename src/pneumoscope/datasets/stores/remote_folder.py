"""A folder of an object store, or of any other that fsspec knows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.asyn import AsyncFileSystem

from pneumoscope.datasets.stores.interface import Files, Reader, Refused, listed
from pneumoscope.datasets.stores.remote import Remote
from pneumoscope.errors import InputError


class RemoteFolder:
    """All files whose address begins with that of the folder.

    Args:
        remote: The store, at the folder's address.
        remedy: What to do when it is missing.
    """

    def __init__(self, remote: Remote, remedy: str) -> None:
        self._remote, self._remedy = remote, remedy

    def require(self) -> None:
        """Make sure that there is such a folder, and that the store lets us in."""
        if self._remote.info() is None:
            raise InputError(
                "a folder of radiographs, or a zip or tar archive of them",
                f"none at '{self._remote.address}'",
                self._remedy,
            )

    def files(self) -> Files:
        """List the files, sorted by path."""
        remote = self._remote
        self.require()
        try:
            remote.fs.invalidate_cache()
            if _lists_all_at_once(remote.fs):
                found = list(
                    remote.attempt(lambda: remote.fs.find(remote.root, detail=True)).items()
                )
            else:
                found = list(_walk(remote))
        except OSError as error:
            raise remote.unreadable(error) from error
        remote.remember([name for name, info in found if _plain(info) and info.get("size")])
        files = listed(sorted(self._readers(found), key=lambda pair: pair[0]))
        files.waits = True
        return files

    def _readers(self, found: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, Reader]]:
        below = f"{self._remote.root}/".lstrip("/")
        for name, info in found:
            path, size = name.lstrip("/").removeprefix(below), info.get("size")
            if "refusal" in info:
                yield f"{path}/", Refused(info["refusal"])
            elif info["type"] == "directory" or path.endswith("/"):
                # Stores have no folders; tools put an empty object there to show one.
                if size:
                    yield path.rstrip("/"), Refused("it is named like a folder and holds data")
            elif info["type"] == "link" or info.get("islink"):
                yield path, Refused("a symbolic link, not followed")
            elif {".", ".."} & set(path.split("/")):
                yield path, Refused("its name leads out of the folder")
            else:
                yield path, RemoteFile(self._remote, name, size)


@dataclass(frozen=True)
class RemoteFile:
    """One file of a store.

    Attributes:
        remote: The store.
        name: The file's name there.
        listed: Its size in bytes when it was listed; None where the store does not tell.
    """

    remote: Remote
    name: str
    listed: int | None

    @property
    def size(self) -> int:
        """Its size in bytes, 0 where the store does not tell."""
        return self.listed or 0

    def __call__(self) -> bytes:
        """Return its bytes; OSError says why there are none."""
        if self.listed == 0:
            return b""  # no range lies within nothing
        if self.listed is None:
            return self.remote.read(self.name)
        data = self.remote.read(self.name, 0, self.listed + 1)
        if len(data) != self.listed:
            raise OSError("it has changed since it was listed")
        return data


def _plain(info: dict[str, Any]) -> bool:
    return info["type"] == "file" and "refusal" not in info


def _lists_all_at_once(fs: AbstractFileSystem) -> bool:
    """Tell whether a store gives all names below one in a few requests, as object stores do."""
    own = getattr(type(fs), "_find", AsyncFileSystem._find)
    return own is not AsyncFileSystem._find


def _walk(remote: Remote) -> Iterator[tuple[str, dict[str, Any]]]:
    """List folder by folder; one that cannot be entered is listed with the reason."""
    pending, seen = [remote.root], {remote.root}
    while pending:
        folder = pending.pop()
        try:
            entries = remote.attempt(lambda folder=folder: remote.fs.ls(folder, detail=True))
        except OSError as error:
            if folder == remote.root:
                raise
            yield folder, {"refusal": error.strerror or str(error), "type": "directory"}
            continue
        for info in entries:
            name = info["name"]
            if info["type"] == "directory" and not info.get("islink"):
                if name not in seen:  # some list a folder within itself
                    seen.add(name)
                    pending.append(name)
            else:
                yield name, info
