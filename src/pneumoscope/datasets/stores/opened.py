"""The store that a place needs: told by what lies there."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.datasets.stores.address import ARCHIVE_NAME, Address, parse
from pneumoscope.datasets.stores.archive import LocalBytes, Packed, RemoteBytes, kind_of
from pneumoscope.datasets.stores.interface import Store
from pneumoscope.datasets.stores.local_folder import LocalFolder
from pneumoscope.datasets.stores.remote import Remote
from pneumoscope.datasets.stores.remote_folder import RemoteFolder
from pneumoscope.datasets.stores.tar_archive import TarArchive
from pneumoscope.datasets.stores.zip_archive import ZipArchive
from pneumoscope.errors import InputError


def open_store(
    written: str, credentials: Mapping[str, Any], fs_args: Mapping[str, Any], remedy: str
) -> Store:
    """Look at what lies at a place, and return the store that reads it.

    A path or address may go on into an archive: `films.zip/train` is its folder `train`.

    Args:
        written: As the user names it.
        credentials: Arguments of fsspec's file system, as Kedro's credentials have them.
        fs_args: More of these.
        remedy: What to do when nothing is there.

    Raises:
        InputError: The place cannot be read; that nothing is there is for `require` to say.
    """
    address = parse(written)
    if address.remote:
        return _remote(address, credentials, fs_args, remedy)
    path = address.path
    archive = next((one for one in (path, *path.parents) if one.is_file()), None)
    if archive is None:
        _check_stated(address, remedy)
        return LocalFolder(path, remedy)
    inner = _joined(path.relative_to(archive).as_posix(), address.inner)
    return _archive(LocalBytes(archive), inner, remedy)


def _remote(
    address: Address, credentials: Mapping[str, Any], fs_args: Mapping[str, Any], remedy: str
) -> Store:
    parts = address.place.rstrip("/").split("/")
    # By name first: a store that is asked for each folder above answers for each.
    named = [end for end, part in enumerate(parts, 1) if end > 2 and ARCHIVE_NAME.search(part)]
    for end in sorted({*named[:1], len(parts)}):
        remote = Remote("/".join(parts[:end]), credentials, fs_args)
        found = remote.info()
        if found is not None and found["type"] == "file":
            inner = _joined("/".join(parts[end:]), address.inner)
            return _archive(RemoteBytes(remote), inner, remedy)
    _check_stated(address, remedy)
    return RemoteFolder(Remote(address.place.rstrip("/"), credentials, fs_args), remedy)


def _check_stated(address: Address, remedy: str) -> None:
    if address.stated:
        raise InputError("an archive to read from", f"none at '{address.place}'", remedy)


def _archive(packed: Packed, inner: str, remedy: str) -> Store:
    kind = kind_of(packed)
    if kind == "zip":
        return ZipArchive(packed, inner, remedy)
    return TarArchive(packed, kind, inner, remedy)


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part and part != ".")
