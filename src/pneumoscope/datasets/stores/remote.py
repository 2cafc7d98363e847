"""Bytes from a store that fsspec knows: asked for again a few times, and missed when it is gone."""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.registry import known_implementations, register_implementation

from pneumoscope.datasets.stores.dicomweb_address import PROTOCOLS
from pneumoscope.errors import InputError, did_you_mean

logger = logging.getLogger(__name__)

WAITS = (0.5, 2.0)
"""Seconds before a read that failed is tried again; the last failure counts."""

READS = 64
"""Connections that are kept open: the scan reads no more files at a time."""

_S3 = ("s3", "s3a")

EXTRAS = {**dict.fromkeys(_S3, "s3"), **dict.fromkeys(PROTOCOLS, "dicom_results")}
"""Extra of the project that reads a protocol."""

_DEFAULTS: dict[str, dict[str, Any]] = {
    # s3fs tries again itself, and botocore's own tries would multiply.
    protocol: {
        "config_kwargs": {
            "max_pool_connections": READS,
            "connect_timeout": 10,
            "read_timeout": 60,
            "retries": {"max_attempts": 1},
        }
    }
    for protocol in _S3
}
for _protocol in PROTOCOLS:
    register_implementation(
        _protocol,
        "pneumoscope.datasets.stores.dicomweb_files.DicomWebFileSystem",
        clobber=True,
        errtxt="dicomweb-client and pydicom",
    )

_FINAL = (
    FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, InputError,
)  # fmt: skip

Given = TypeVar("Given")


class Remote:
    """A file system of fsspec, opened when it is first needed.

    Args:
        address: Any address in it.
        credentials: As Kedro's PartitionedDataset takes them: arguments of the file system.
        fs_args: More arguments of it.
    """

    def __init__(
        self, address: str, credentials: Mapping[str, Any], fs_args: Mapping[str, Any]
    ) -> None:
        self.address = address
        self._arguments = {**fs_args, **credentials}
        self._opened: tuple[AbstractFileSystem, str] | None = None
        self._samples: list[str] = []
        self._gone: InputError | None = None

    @property
    def fs(self) -> AbstractFileSystem:
        """The file system."""
        return self._open()[0]

    @property
    def root(self) -> str:
        """The address as the file system has it, without a slash at its end."""
        return self._open()[1].rstrip("/")

    def info(self) -> dict[str, Any] | None:
        """Ask the store what lies at the address; None if nothing does.

        Raises:
            InputError: The store does not answer, or refuses.
        """
        try:
            self.fs.invalidate_cache()
            return dict(self.attempt(self.fs.info, self.root))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self.unreadable(error) from error

    def attempt(self, call: Callable[..., Given], *arguments: Any) -> Given:
        """Call what may fail for a moment, and again after a while.

        Raises:
            OSError: It fails every time, or for good.
        """
        for wait in (*WAITS, None):
            try:
                return call(*arguments)
            except _FINAL:
                raise
            except Exception as error:  # each library of a store raises kinds of its own
                if wait is None or type(error).__name__ == "NoCredentialsError":
                    raise OSError(reason_of(error)) from error
                logger.debug("%s: %s; tried again in %s s", self.address, reason_of(error), wait)
                time.sleep(wait)
        raise AssertionError

    def read(self, path: str, start: int | None = None, end: int | None = None) -> bytes:
        """Return the bytes of a file from `start` to before `end`, fewer where it is shorter.

        Raises:
            OSError: They cannot be had, though the store is there.
            InputError: The store is gone.
        """
        if self._gone is not None:
            raise self._gone
        try:
            data = self.attempt(lambda: self.fs.cat_file(path, start=start, end=end))
        except OSError as error:
            self._check_there(path, error)
            raise
        if data and path not in self._samples:
            self._samples = [path, *self._samples[:2]]
        return data

    def remember(self, paths: list[str]) -> None:
        """Take a few files by which to tell, when one cannot be read, whether any can."""
        self._samples = [paths[place] for place in {0, len(paths) // 2, len(paths) - 1} if paths]

    def unreadable(self, error: BaseException) -> InputError:
        """Say that the address cannot be read, and what to look at."""
        return InputError(
            f"'{self.address}' to be read",
            reason_of(error),
            "Check the address, the network and conf/local/credentials.yml: docs/storage.md.",
        )

    def _check_there(self, path: str, error: OSError) -> None:
        """Stop the run where no other file can be read either."""
        others = [sample for sample in self._samples if sample != path]
        for other in others:
            with suppress(Exception):
                self.fs.cat_file(other, start=0, end=1)
                return
        if not others:
            with suppress(Exception):
                self.fs.invalidate_cache()
                self.fs.ls(self.fs._parent(path))
                return
        self._gone = InputError(
            f"'{self.address}' to stay until all of it is read",
            f"nothing from it any more ({reason_of(error)})",
            "Run again when it is back: nothing was put into quarantine for it.",
        )
        raise self._gone from error

    def _open(self) -> tuple[AbstractFileSystem, str]:
        if self._opened is None:
            self._opened = _file_system(self.address, self._arguments)
        return self._opened

    def __getstate__(self) -> dict[str, Any]:
        """Leave the open connections behind when it goes to another process."""
        return {**self.__dict__, "_opened": None}


def _file_system(address: str, arguments: Mapping[str, Any]) -> tuple[AbstractFileSystem, str]:
    *outer, last = address.split("::")
    protocol = last.partition("://")[0]
    given = {**_DEFAULTS.get(protocol, {}), **arguments}
    try:
        return url_to_fs(address, **({protocol: given} if outer else given))
    except ImportError as error:
        extra = EXTRAS.get(protocol)
        raise InputError(
            f"a library that reads {protocol}://",
            f"none: {reason_of(error)}",
            f"Install it: uv pip install 'pneumoscope[{extra}]' (in a clone: --editable "
            f"'.[{extra}]')" if extra else "Install what it names: uv pip install <package>.",
        ) from error  # fmt: skip
    except ValueError as error:
        near = did_you_mean(protocol, set(known_implementations))
        known = "Known are s3, gs, abfs, sftp, https and others: docs/storage.md."
        raise InputError(
            "an address of a store that fsspec knows",
            f"'{address}' ({reason_of(error)})",
            near if near.startswith("Did") else known,
        ) from error


def reason_of(error: BaseException) -> str:
    """Return what an error says, in one line."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(said.split()) or type(error).__name__
