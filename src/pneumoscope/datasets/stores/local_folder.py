"""A folder on this machine."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pneumoscope.datasets.stores.interface import Files, Reader
from pneumoscope.errors import InputError
from pneumoscope.ingestion.file_names import escape_name, unescape_name
from pneumoscope.ingestion.sorted_paths import SortedPaths


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
        root, refused = self._root.resolve(), dict[str, str]()

        def names() -> Iterator[str]:
            for path, reason in _listed(root):
                name = escape_name(path)
                if reason:
                    refused[name] = reason
                yield name

        return _FolderFiles(root, SortedPaths(names()), refused)


class _FolderFiles(Files):
    """Files below a folder; what is held of each is its path, and a reader is made for each call.

    Args:
        root: The folder.
        paths: Of the files, and with a final `/` of the folders that were not entered.
        refused: Why these were not.
    """

    def __init__(self, root: Path, paths: SortedPaths, refused: dict[str, str]) -> None:
        self._root, self._paths, self._refused = root, paths, refused

    def __getitem__(self, path: str) -> Reader:
        if path not in self._paths:
            raise KeyError(path)
        return _File(unescape_name(path), self._root, self._refused.get(path, ""))

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def leave_out(self, path: str) -> None:
        if path in self._paths:
            self._paths = SortedPaths(one for one in self._paths if one != path)


@dataclass(frozen=True, slots=True)
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


def _listed(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the paths below a folder, and of a folder there why it was not entered, or nothing."""
    # Not os.walk: it recurses, and one folder that cannot be searched ends it.
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if _is_folder(entry, follow_symlinks=False):
                        pending.append(path)
                    elif _is_folder(entry, follow_symlinks=True):
                        yield f"{path}/", "a symbolic link to a folder, not followed"
                    else:
                        yield path, ""
        except OSError as error:
            if not folder:
                raise InputError(
                    "a folder that can be read", f"'{root}': {error.strerror}",
                    "Change its permissions, or name another.",
                ) from error  # fmt: skip
            yield f"{folder}/", error.strerror or str(error)


def _is_folder(entry: os.DirEntry, follow_symlinks: bool) -> bool:
    """Tell whether an entry is a folder; one that may not even be looked at is a file."""
    try:
        return entry.is_dir(follow_symlinks=follow_symlinks)
    except OSError:
        return False
