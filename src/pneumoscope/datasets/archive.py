"""A published zip archive of radiographs: obtained once, checked, never re-encoded."""

import hashlib
import logging
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import requests
from kedro.io import AbstractDataset, DatasetError

from pneumoscope.progress import track

logger = logging.getLogger(__name__)

CHUNK = 1 << 20
TIMEOUT = 30

Reader = Callable[[], bytes]


class ArchiveDataset(AbstractDataset[None, dict[str, Reader]]):
    """A zip archive at a URL, kept at `filepath`; read-only.

    Loading downloads it if need be (with progress; a broken download goes on where it
    stopped), checks size and SHA-256 of what lies there, however it came, and gives a dict
    from path inside the archive to a function that returns that file's bytes.

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
            DatasetError: It cannot be had or is not what was published; the message says what
                to do by hand.
        """
        if self._file.exists():
            self._check_by_hand()
        else:
            self._download()
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
        try:
            self._fetch_rest()
        except requests.RequestException as error:
            raise DatasetError(self._by_hand(f"it could not be downloaded ({error})")) from error
        self._check()
        self._partial.rename(self._file)

    def _fetch_rest(self) -> None:
        done = self._partial.stat().st_size if self._partial.exists() else 0
        if done >= self._bytes:
            return
        headers = {"Range": f"bytes={done}-"} if done else {}
        with requests.get(self._url, headers=headers, stream=True, timeout=TIMEOUT) as response:
            response.raise_for_status()
            # A server that ignores the range sends everything again.
            resumed = response.status_code == requests.codes.partial_content
            left = self._bytes - done if resumed else self._bytes
            with self._partial.open("ab" if resumed else "wb") as stream:
                title = f"downloading {self._file.name} (MiB)"
                for chunk in track(response.iter_content(CHUNK), -(-left // CHUNK), title):
                    stream.write(chunk)

    def _check(self) -> None:
        size = self._partial.stat().st_size
        if size < self._bytes:
            raise DatasetError(
                f"the download stopped at {size:,} of {self._bytes:,} bytes; "
                "run the same command again and it goes on from there"
            )
        wrong = self._difference(self._partial)
        if wrong:
            self._partial.unlink()
            raise DatasetError(self._by_hand(f"the download is not what was published: {wrong}"))

    def _check_by_hand(self) -> None:
        wrong = self._difference(self._file)
        if wrong:
            raise DatasetError(
                f"'{self._file}' is not the published archive: {wrong}. Expected {self._bytes:,} "
                f"bytes with SHA-256 {self._sha256}. Move it away and run the same command again."
            )

    def _difference(self, file: Path) -> str:
        """Say what was received when it is not what was published, else nothing."""
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        size = file.stat().st_size
        same = (size, sha256) == (self._bytes, self._sha256)
        return "" if same else f"received {size:,} bytes with SHA-256 {sha256}"

    def _by_hand(self, problem: str) -> str:
        return (
            f"The radiographs are missing and {problem}. Run the same command again (a broken "
            "download goes on where it stopped), set RADIOGRAPHS=<folder> to a copy that you "
            "have (train|val|test/NORMAL|PNEUMONIA), or download\n"
            f"  {self._url}\n  ({self._bytes:,} bytes, SHA-256 {self._sha256})\n"
            f"by other means and put it at '{self._file}'."
        )

    def _exists(self) -> bool:
        return self._file.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._file), "url": self._url}
