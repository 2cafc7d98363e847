"""Files and folders that appear whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EISDIR
from glob import escape
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar
from uuid import uuid4

from kedro.io import AbstractVersionedDataset, DatasetError, Version

_ALONE = ".unfinished"

Saved = TypeVar("Saved")
Loaded = TypeVar("Loaded")


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of `target` once all went well.

    What was written is on the disk before it is renamed, so a full disk, a kill or a power
    failure leaves the old file or folder, or the new one. The path has the ending of `target`.

    Raises:
        IsADirectoryError: A file was written, and `target` is a folder, which is left alone.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    settle(target)
    unfinished, replaced = _beside(target)
    try:
        yield unfinished
        if unfinished.is_file() and target.is_dir():
            raise IsADirectoryError(
                EISDIR, "expected no folder in the place of a file", str(target)
            )
        for path in (*unfinished.rglob("*"), unfinished):
            _flush(path)
    except BaseException:
        _remove(unfinished)
        raise
    # A folder cannot be renamed onto another, and deleting a large one takes a while: moved
    # aside first, the old one is missing for an instant only.
    if unfinished.is_dir() and os.path.lexists(target):
        target.rename(replaced)
    unfinished.replace(target)
    _flush(target.parent)
    _remove(replaced)


@contextmanager
def replacing_alone(target: Path) -> Iterator[Path]:
    """Give a path to write a file to, which takes the place of `target`, one of its own each time.

    So several processes may write the same file, as where a cluster runs a task again while the
    worker that it was given up with still writes: the last one that is whole counts. What a
    killed one left begins with a dot and ends in `.unfinished`.
    """
    unfinished = target.with_name(f".{target.name}.{uuid4().hex}{_ALONE}")
    try:
        yield unfinished
        _flush(unfinished)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def clear_alone(folder: Path) -> None:
    """Take away what killed processes left of `replacing_alone` in a folder."""
    for unfinished in folder.glob(f".*{_ALONE}"):
        unfinished.unlink(missing_ok=True)


def settle(target: Path) -> None:
    """Finish or clear away what a killed run left beside `target`."""
    unfinished, replaced = _beside(target)
    # The new one was whole when the old one was moved aside for it.
    if os.path.lexists(replaced) and not os.path.lexists(target):
        (unfinished if os.path.lexists(unfinished) else replaced).rename(target)
    _remove(unfinished)
    _remove(replaced)


class AtomicSave(Generic[Saved]):
    """A dataset's `save` that never writes in place, for versions as well."""

    _filepath: PurePosixPath
    _version: Version | None
    _get_save_path: Callable[[], PurePosixPath]
    _init_args: dict[str, Any]

    def save(self, data: Saved) -> None:
        """Write beside the place, flush to disk, rename.

        Raises:
            DatasetError: It could not be written; what was there before is there still.
        """
        with replacing(Path(self._get_save_path())) as unfinished:
            try:
                self._write(unfinished, data)
            except FileNotFoundError as error:  # Kedro would blame the version for it
                raise DatasetError(f"could not save {self}: {error}") from error

    def settle(self) -> None:
        """Finish or clear away what a killed run left; no other run may be writing."""
        path = Path(self._filepath)
        if self._version is None:
            settle(path)
            return
        for folder in path.glob("*/"):
            settle(folder / path.name)
            with suppress(OSError):
                folder.rmdir()  # only where it is empty

    def _write(self, path: Path, data: Saved) -> None:
        """Write a new file or folder at this path."""
        raise NotImplementedError

    def _init_config(self) -> dict[str, Any]:
        # Kedro records what an inherited __init__ was given as `args` and `kwargs`.
        self._init_args = self._init_args.get("kwargs", self._init_args)
        return super()._init_config()  # type: ignore[misc]


class AtomicDataset(AtomicSave[Saved], AbstractVersionedDataset[Saved, Loaded]):
    """A local file or folder in a format of the project; a subclass reads and writes a path.

    Args:
        filepath: The file or folder; with a version, the folder of its versions.
        version: Versions to load and save, set by Kedro.
        metadata: Layer and preview settings for kedro-viz.
    """

    def __init__(
        self, filepath: str, version: Version | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        """Remember the place; nothing is read yet."""
        place = Path(filepath)
        super().__init__(
            PurePosixPath(place.as_posix()),
            version,
            # Kedro would take a bracket in the path for a pattern.
            glob_function=lambda _: [str(path) for path in place.glob(f"*/{escape(place.name)}")],
        )
        self.metadata = metadata

    def load(self) -> Loaded:
        """Read the file or folder."""
        return self._read(Path(self._get_load_path()))

    def _read(self, path: Path) -> Loaded:
        raise NotImplementedError

    def _exists(self) -> bool:
        return Path(self._get_load_path()).exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "version": self._version}


def _beside(target: Path) -> tuple[Path, Path]:
    unfinished, replaced = (f".{state}.{target.name}" for state in ("unfinished", "replaced"))
    return target.with_name(unfinished), target.with_name(replaced)


def _flush(path: Path) -> None:
    windows = os.name == "nt"
    if windows and path.is_dir():
        return  # it opens no folder
    descriptor = os.open(path, os.O_RDWR if windows else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
