"""A folder of radiographs as Kedro reads and, for phantoms and downloads, writes it."""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.atomic import replacing
from pneumoscope.progress import track

MARKER = ".pneumoscope"
"""File that marks a folder as made by this project; only such a folder is ever replaced."""

REMEDY = (
    "Set RADIOGRAPHS=<folder> (with train|val|test/NORMAL|PNEUMONIA below it), or run the fetch "
    "pipeline: kedro run --pipelines=fetch"
)
"""What to do when the radiographs of the project are missing."""

Reader = Callable[[], bytes]


class RadiographFolderDataset(AbstractDataset[Mapping[str, Reader], dict[str, Reader]]):
    """A tree of image files, each read only when it is asked for.

    Loading gives a dict from relative POSIX path to a function that returns the file's bytes,
    like Kedro's PartitionedDataset. A symbolic link that leaves the folder is listed but never
    followed, and a folder that is a link or may not be read is listed with a final `/`: their
    functions raise OSError.

    Saving writes such a dict into a new folder. It refuses to touch a folder that it did not
    make: no radiograph of anyone is ever overwritten.

    Args:
        filepath: The folder; `~` and a relative path are understood.
        remedy: What to do when it is missing.
    """

    def __init__(self, filepath: str, remedy: str = REMEDY, metadata: dict[str, Any] | None = None):
        """Remember the folder; nothing is read yet."""
        self._root = Path(filepath).expanduser()
        self._remedy = remedy
        self.metadata = metadata

    def load(self) -> dict[str, Reader]:
        """List the files, sorted by path.

        Raises:
            DatasetError: There is no such folder.
        """
        if not self._root.is_dir():
            raise DatasetError(
                f"expected a folder of radiographs, found none at '{self._root}'. {self._remedy}"
            )
        root = self._root.resolve()
        return {_writable(path): partial(_read, root, path) for path in sorted(_files(root))}

    def save(self, data: Mapping[str, Reader]) -> None:
        """Write every file into a fresh folder, in place of one that was made the same way."""
        if self._root.exists() and not (self._root / MARKER).exists():
            raise DatasetError(
                f"refusing to overwrite '{self._root}': it was not made by Pneumoscope. "
                "Choose another folder, or set RADIOGRAPHS to use this one as it is."
            )
        with replacing(self._root) as folder:
            folder.mkdir()
            (folder / MARKER).write_text("Made by Pneumoscope; made anew by its fetch pipeline.\n")
            for path, read in track(data.items(), len(data), "writing radiographs"):
                target = _inside(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(read())

    def _exists(self) -> bool:
        return self._root.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._root)}


def _files(root: Path) -> Iterable[str]:
    refused: list[OSError] = []
    for folder, subfolders, names in os.walk(root, onerror=refused.append, followlinks=False):
        here = Path(folder)
        linked = [f"{name}/" for name in subfolders if (here / name).is_symlink()]
        for name in [*names, *linked]:
            if name != MARKER:
                yield f"{here.relative_to(root).as_posix()}/{name}".removeprefix("./")
    for error in refused:
        yield f"{Path(error.filename).relative_to(root).as_posix()}/"


def _writable(path: str) -> str:
    # A name in another encoding reaches Python as lone surrogates, which no file can store.
    return path.encode(errors="backslashreplace").decode()


def _inside(folder: Path, path: str) -> Path:
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise DatasetError(f"expected a path inside the folder, received '{path}'")
    return target


def _read(root: Path, path: str) -> bytes:
    file = root / path
    # Path.resolve raises RuntimeError on a link to itself.
    if not Path(os.path.realpath(file)).is_relative_to(root):
        raise OSError("a symbolic link that leaves the folder, not followed")
    if file.is_symlink() and file.is_dir():
        raise OSError("a symbolic link to a folder, not followed")
    if file.is_dir():
        raise OSError("the folder may not be read")
    if file.exists() and not file.is_file():
        raise OSError("a pipe or device, not a file")
    return file.read_bytes()
