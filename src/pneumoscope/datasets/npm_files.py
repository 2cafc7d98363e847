"""Kedro dataset of a few files of a package that npm publishes, each known by its hash."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.atomic import replacing
from pneumoscope.errors import InputError

TIMEOUT = 300
"""Seconds that npm may take."""

_INSIDE = ("", "dist", "package/dist")
"""Folders of an unpacked package that the files may lie in."""


class NpmFilesDataset(AbstractDataset[None, dict[str, bytes]]):
    """Loads files of a published package by name, and its version; read-only.

    They are looked for in a folder that the user names, or else in `filepath`, where npm puts the
    package if it is missing. Whatever they come from, their bytes are those that were published,
    or they are refused.

    Args:
        filepath: Where the package is kept: `<package>-<version>.tgz` in this folder.
        package: Its name.
        release: Its version.
        sha256: Name of each file, which lies in `dist`, to its hash.
        given: Folder of the user's that holds the package, packed or unpacked.
        metadata: Layer settings for kedro-viz.
    """

    def __init__(
        self,
        filepath: str,
        package: str,
        release: str,
        sha256: Mapping[str, str],
        given: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Remember the package; nothing is fetched yet."""
        self._folder = Path(given).expanduser() if given else Path(filepath)
        self._given, self._package, self._version = given, package, release
        self._sha256 = sha256
        self.metadata = metadata

    def load(self) -> dict[str, bytes]:
        """Read the files, and their `version`.

        Raises:
            InputError: They cannot be had, or are not those that were published.
        """
        archive = self._folder / f"{self._package}-{self._version}.tgz"
        unpacked = self._unpacked()
        if unpacked is None and not archive.is_file():
            if self._given:
                raise self._missing(f"neither in '{self._given}'")
            self._fetch(archive)
        found = self._from_archive(archive) if unpacked is None else self._from_folder(unpacked)
        for name, expected in self._sha256.items():
            received = hashlib.sha256(found[name]).hexdigest()
            if received != expected:
                raise InputError(
                    f"'{name}' of {self._package} {self._version}, SHA-256 {expected[:12]}…",
                    f"another file, {received[:12]}…, in '{self._folder}'",
                    f"Put the published one there: {self._command}",
                )
        return {**found, "version": self._version.encode()}

    def save(self, data: None) -> None:  # noqa: ARG002
        """Refuse: the files are others' work."""
        raise DatasetError(f"{self} is read only")

    @property
    def _command(self) -> str:
        return f"npm pack {self._package}@{self._version}"

    def _unpacked(self) -> Path | None:
        """Return the folder that holds all of the files as they are, if one does."""
        module = f"node_modules/{self._package}/dist"
        for inside in (*_INSIDE, module):
            folder = self._folder / inside
            if all((folder / name).is_file() for name in self._sha256):
                return folder
        return None

    def _from_folder(self, folder: Path) -> dict[str, bytes]:
        return {name: (folder / name).read_bytes() for name in self._sha256}

    def _from_archive(self, archive: Path) -> dict[str, bytes]:
        found = {}
        try:
            with tarfile.open(archive) as package:
                for name in self._sha256:
                    member = package.extractfile(f"package/dist/{name}")
                    assert member is not None
                    found[name] = member.read()
        except (OSError, EOFError, tarfile.TarError, KeyError, AssertionError) as error:
            raise self._missing(f"'{archive}', which cannot be read") from error
        return found

    def _fetch(self, archive: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise self._missing("no npm on this machine to fetch it by")
        with tempfile.TemporaryDirectory() as place:
            command = [npm, "pack", f"{self._package}@{self._version}", "--pack-destination", place]
            try:
                subprocess.run(
                    command, cwd=place, check=True, capture_output=True, text=True, timeout=TIMEOUT
                )
            except (subprocess.SubprocessError, OSError) as error:
                said = str(getattr(error, "stderr", "") or error).strip().splitlines()
                raise self._missing(f"npm failed: {said[-1] if said else error}") from error
            with replacing(archive) as finished:
                shutil.copyfile(Path(place, archive.name), finished)

    def _missing(self, received: str) -> InputError:
        return InputError(
            f"{self._package} {self._version}, as npm publishes it",
            received,
            f"Where there is a network run `{self._command}`, and name the folder that it lies in: "
            "--runtime <folder>",
        )

    def _exists(self) -> bool:
        return True  # or it can be had

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder), "package": self._package, "release": self._version}
