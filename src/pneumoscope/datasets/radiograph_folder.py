"""A folder of radiographs as Kedro reads and, for phantoms and downloads, writes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.atomic import replacing
from pneumoscope.datasets.stores.address import parse
from pneumoscope.datasets.stores.interface import Files, Reader, Store
from pneumoscope.datasets.stores.opened import open_store
from pneumoscope.errors import InputError
from pneumoscope.progress import track

MARKER = ".pneumoscope"
"""File that marks a folder as made by this project; only such a folder is ever replaced."""

REMEDY = (
    "Set RADIOGRAPHS=<folder> (with train|val|test/NORMAL|PNEUMONIA below it), or run the fetch "
    "pipeline: kedro run --pipelines=fetch"
)
"""What to do when the radiographs of the project are missing."""


class RadiographFolderDataset(AbstractDataset[Mapping[str, Reader], Files]):
    """A tree of image files wherever it lies, each read in place and only when it is asked for.

    Loading gives a mapping from relative POSIX path to a function that returns the file's bytes,
    like Kedro's PartitionedDataset; `size` of that function is the file's, in bytes. What a
    table or a spreadsheet could not hold in a path is escaped, so that no two files share one.
    What leads out of the place (a symbolic link, a name with `..`) is listed but never followed,
    and a folder that is a link or cannot be entered is listed with a final `/`: reading them
    raises OSError.

    Composed, and no subclass of PartitionedDataset, which leaves out folders that it may not
    enter, follows links and knows no sizes; `credentials` and `fs_args` mean what they mean there.
    Its `load_args`, arguments of a listing, are not taken: `maxdepth` would lose files unseen.

    Saving writes such a dict into a new folder. It refuses to touch a folder that it did not
    make: no radiograph of anyone is ever overwritten.

    Args:
        filepath: A folder, or a zip or tar archive, or a folder in one (`films.zip/train`); `~`
            and a relative path are understood. Or any of these at an address that fsspec knows
            (`s3://bucket/films`, `zip://train::s3://bucket/films.zip`).
        remedy: What to do when it is missing.
        credentials: Arguments of fsspec's file system, from credentials.yml; unused for a local
            path.
        fs_args: More arguments of it.
    """

    def __init__(
        self,
        filepath: str,
        remedy: str = REMEDY,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Remember the place; nothing is read yet."""
        self._filepath, self._remedy = filepath, remedy
        self._credentials, self._fs_args = credentials or {}, fs_args or {}
        self.metadata = metadata

    def require(self) -> None:
        """Make sure that the place is there and can be read.

        Raises:
            InputError: It is not.
        """
        self._store().require()

    def load(self) -> Files:
        """List the files.

        Raises:
            InputError: There is no such place, or it may not be read.
        """
        files = self._store().files()
        files.leave_out(MARKER)
        return files

    def save(self, data: Mapping[str, Reader]) -> None:
        """Write every file into a fresh folder, in place of one that was made the same way."""
        address = parse(self._filepath)
        root = address.path
        made = not address.remote and (root / MARKER).exists()
        if address.remote or (root.exists() and not made):
            raise InputError(
                "an empty place, or a folder that Pneumoscope made, to write radiographs to",
                f"'{self._filepath}', which holds something else",
                "Choose another folder, or set RADIOGRAPHS to use this one as it is.",
            )
        with replacing(root) as folder:
            folder.mkdir()
            (folder / MARKER).write_text("Made by Pneumoscope; made anew by its fetch pipeline.\n")
            for path, read in track(data.items(), len(data), "writing radiographs"):
                target = _inside(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(read())

    def _exists(self) -> bool:
        try:
            self.require()
        except InputError:
            return False
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}

    def _store(self) -> Store:
        return open_store(self._filepath, self._credentials, self._fs_args, self._remedy)


def _inside(folder: Path, path: str) -> Path:
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise DatasetError(f"expected a path inside the folder, received '{path}'")
    return target
