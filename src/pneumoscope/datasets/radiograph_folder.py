"""A folder of radiographs as Kedro reads and, for phantoms and downloads, writes it."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.atomic import replacing
from pneumoscope.errors import InputError
from pneumoscope.ingestion.file_names import escape_name
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
    like Kedro's PartitionedDataset; `size` of that function is the file's, in bytes. What a
    table or a spreadsheet could not hold in a path is escaped, so that no two files share one.
    A symbolic link that leaves the folder is listed but never followed, and a folder that is a
    link or cannot be entered is listed with a final `/`: reading them raises OSError.

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

    def require(self) -> None:
        """Make sure that there is such a folder.

        Raises:
            InputError: There is none.
        """
        if not self._root.is_dir():
            raise InputError("a folder of radiographs", f"none at '{self._root}'", self._remedy)

    def load(self) -> dict[str, Reader]:
        """List the files, sorted by path.

        Raises:
            InputError: There is no such folder, or it may not be read.
        """
        self.require()
        files = sorted(_files(self._root.resolve()))
        return {escape_name(file.path): file for file in files if file.path != MARKER}

    def save(self, data: Mapping[str, Reader]) -> None:
        """Write every file into a fresh folder, in place of one that was made the same way."""
        if self._root.exists() and not (self._root / MARKER).exists():
            raise InputError(
                "an empty place, or a folder that Pneumoscope made, to write radiographs to",
                f"'{self._root}', which holds something else",
                "Choose another folder, or set RADIOGRAPHS to use this one as it is.",
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


@dataclass(frozen=True, order=True)
class _File:
    """A file below a folder, or a folder there that was not entered, with the reason."""

    path: str
    root: Path
    refusal: str = ""

    @property
    def size(self) -> int:
        """Size in bytes, also of a sparse file that takes no room on disk."""
        self._check()
        return (self.root / self.path).stat().st_size

    def __call__(self) -> bytes:
        """Return the bytes of the file; OSError says why there are none."""
        self._check()
        return (self.root / self.path).read_bytes()

    def _check(self) -> None:
        if self.refusal:
            raise OSError(self.refusal)
        file = self.root / self.path
        # Path.resolve raises RuntimeError on a link to itself.
        if not Path(os.path.realpath(file)).is_relative_to(self.root):
            raise OSError("a symbolic link that leaves the folder, not followed")
        if file.exists() and not file.is_file():
            raise OSError("a pipe or device, not a file")


def _files(root: Path) -> Iterator[_File]:
    """List what lies below a folder; whatever cannot be entered is listed by its own name."""
    # Not os.walk: it recurses, and one folder that cannot be searched ends it.
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as listed:
                entries = list(listed)
        except OSError as error:
            if not folder:
                raise InputError(
                    "a folder that can be read", f"'{root}': {error.strerror}",
                    "Change its permissions, or name another.",
                ) from error  # fmt: skip
            yield _File(f"{folder}/", root, error.strerror or str(error))
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if _is_folder(entry, follow_symlinks=False):
                pending.append(path)
            elif _is_folder(entry, follow_symlinks=True):
                yield _File(f"{path}/", root, "a symbolic link to a folder, not followed")
            else:
                yield _File(path, root)


def _is_folder(entry: os.DirEntry, follow_symlinks: bool) -> bool:
    """Tell whether an entry is a folder; one that may not even be looked at is a file."""
    try:
        return entry.is_dir(follow_symlinks=follow_symlinks)
    except OSError:
        return False


def _inside(folder: Path, path: str) -> Path:
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise DatasetError(f"expected a path inside the folder, received '{path}'")
    return target
