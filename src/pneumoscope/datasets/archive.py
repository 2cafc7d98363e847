"""A published zip archive of radiographs: obtained once, checked, never re-encoded."""

import hashlib
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.download import DownloadError, download
from pneumoscope.errors import InputError

Reader = Callable[[], bytes]


class ArchiveDataset(AbstractDataset[None, dict[str, Reader]]):
    """A zip archive at a URL, kept at `filepath`; read-only.

    Loading downloads it if need be, checks size and SHA-256 of what lies there, however it came,
    and gives a dict from path inside the archive to a function that returns that file's bytes.

    Args:
        filepath: Where the archive is kept.
        url: Where it is published.
        bytes: Its size.
        sha256: Its hash, 64 hexadecimal digits.
    """

    def __init__(
        self,
        filepath: str,
        url: str,
        bytes: int,
        sha256: str,
        metadata: dict[str, Any] | None = None,
    ):
        """Remember the archive; nothing is downloaded yet."""
        self._file = Path(filepath)
        self._partial = self._file.with_name(f"{self._file.name}.part")
        self._url, self._bytes, self._sha256 = url, bytes, sha256
        self.metadata = metadata

    def load(self) -> dict[str, Reader]:
        """Obtain, check and list the archive.

        Raises:
            InputError: It cannot be had or is not what was published; the message says what to do
                by hand.
        """
        if not self._file.exists():
            self._download()
        elif wrong := self._difference(self._file):
            raise self._error(wrong, "Move it away and run it again")
        # Kept open while its readers live: listing 5,856 members anew for each costs minutes.
        archive = zipfile.ZipFile(self._file)
        names = [item.filename for item in archive.infolist() if not item.is_dir()]
        return {name: partial(archive.read, name) for name in names}

    def save(self, data: None) -> None:
        """Refuse: an archive that was published is not written."""
        del data
        raise DatasetError(f"'{self._file}' is a published archive and is read-only")

    def _download(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        again = (
            "Run it again (a broken download goes on), set RADIOGRAPHS=<folder>, or put it there "
            f"by other means: {self._url}"
        )
        try:
            download(self._url, self._partial, self._bytes)
        except DownloadError as error:
            raise self._error(str(error), again) from error
        wrong = self._difference(self._partial)
        if wrong:
            self._partial.unlink()
            raise self._error(wrong, again)
        self._partial.rename(self._file)

    def _difference(self, file: Path) -> str:
        """Say what was received when it is not what was published, else nothing."""
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        size = file.stat().st_size
        same = (size, sha256) == (self._bytes, self._sha256)
        return "" if same else f"{size:,} bytes with SHA-256 {sha256}"

    def _error(self, received: str, remedy: str) -> InputError:
        expected = f"{self._bytes:,} bytes with SHA-256 {self._sha256} as '{self._file}'"
        return InputError(f"the published archive, {expected}", received, remedy)

    def _exists(self) -> bool:
        return self._file.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._file), "url": self._url}
