"""A folder on this machine."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pneumoscope.datasets.stores.interface import Files
from pneumoscope.errors import InputError
from pneumoscope.ingestion.file_names import escape_name


class LocalFolder:
    """A folder on a disk of this machine, or one that is mounted like a disk.

    Args:
        root: The folder.
        remedy: What to do when it is missing.
    """

    def __init__(self, root: Path, remedy: str) -> None:
        self._root, self._remedy = root, remedy

    def require(self) -> None:
        """Make sure that there is such a folder."""
        if not self._root.is_dir():
            raise InputError(
                "a folder of radiographs, or a zip or tar archive of them",
                f"none at '{self._root}'",
                self._remedy,
            )

    def files(self) -> Files:
        """List the files, sorted by path."""
        self.require()
        found = sorted(_files(self._root.resolve()))
        return Files((escape_name(file.path), file) for file in found)


@dataclass(frozen=True, order=True, slots=True)
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
        if file.is_file():
            return
        if file.exists():
            raise OSError("a pipe or device, not a file")
        # A disk that was unplugged says of each file that it is not there.
        if not self.root.is_dir():
            raise InputError(
                f"the folder '{self.root}' to stay until all of it is read",
                f"none there any more when {escape_name(self.path)} was to be read",
                "Bring it back and run again: nothing was put into quarantine for it.",
            )


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
