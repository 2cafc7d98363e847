"""A DICOM archive as Kedro reads films from it and stores results in it."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TypeVar

from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.stores.dicomweb_address import parse_archive
from pneumoscope.datasets.stores.interface import Reader
from pneumoscope.datasets.stores.remote import WAITS, Remote
from pneumoscope.errors import InputError
from pneumoscope.progress import track

logger = logging.getLogger(__name__)

NO_STUDY = "its study is not in the archive"
NOT_THERE = "it said that it was stored, and does not have it"

_KEPT = "what is stored is not sent twice, and all results are kept in the folder dicom_results."

Given = TypeVar("Given")


class DicomArchiveDataset(RadiographFolderDataset):
    """Loads the films that an address of DICOMweb asks for; saves results beside them.

    Saving stores each instance once: what the archive has already is not sent again, so a save
    that was cut off is finished by the next one. Sent are results of studies that the archive
    holds, one at a time; what it refuses is counted by its reason, and raised when all others
    are stored.

    Args:
        filepath: `dicomweb+https://host/path?Keyword=value&…`.
        credentials: `username` and `password`, or `token`; `ca_bundle`, `client_cert`,
            `client_key`: files of certificates.
    """

    def require(self) -> None:
        """Make sure that the archive answers.

        Raises:
            InputError: It does not, or the address is none of an archive.
        """
        parse_archive(self._filepath)
        remote = self._remote()
        try:
            remote.attempt(lambda: list(remote.fs.archive.find({}, limit=1)))
        except OSError as error:
            raise remote.unreadable(error) from error

    def save(self, data: Mapping[str, Reader]) -> None:
        """Store instances, by whatever name.

        Raises:
            InputError: The archive does not answer, or has refused some of them.
        """
        sending = _Sending(self._remote())
        for read in track(data.values(), len(data), "storing results in the archive"):
            sending.store(read())
        sending.finish()

    def _remote(self) -> Remote:
        return Remote(self._filepath, self._credentials, self._fs_args)


class _Sending:
    """One pass over results that go to an archive, study by study."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._stored = self._there = 0
        self._refused: Counter[str] = Counter()
        self._study, self._held, self._sent = "", frozenset[str](), set[str]()

    @property
    def summary(self) -> str:
        """What became of them so far."""
        refused = sum(self._refused.values())
        stored = self._stored + len(self._sent)
        parts = f"{stored:,} stored, {self._there:,} were there already"
        return f"{parts}, {refused:,} refused" if refused else parts

    def store(self, data: bytes) -> None:
        """Store one result, unless the archive has it."""
        from pydicom import dcmread

        header = dcmread(BytesIO(data), specific_tags=["StudyInstanceUID", "SOPInstanceUID"])
        study, own = str(header.StudyInstanceUID), str(header.SOPInstanceUID)
        if study != self._study:
            self._confirm()
            self._study, self._held = study, self._instances(study)
        if not self._held:
            self._refused[NO_STUDY] += 1
        elif own in self._held | self._sent:
            self._there += 1
        else:
            said = self._asked(lambda: self._remote.fs.archive.store([data]))
            if own in said.refused:
                self._refused[said.refused[own]] += 1
            else:
                self._sent.add(own)

    def finish(self) -> None:
        """Make sure that all is there.

        Raises:
            InputError: Some were refused; each reason with its count.
        """
        self._confirm()
        logger.info("Results in the archive: %s", self.summary)
        if self._refused:
            reasons = "; ".join(f"{count:,}: {why}" for why, count in sorted(self._refused.items()))
            raise InputError(
                "the archive to store every result", f"{self.summary} ({reasons})",
                f"Mend that and run again: {_KEPT}",
            )  # fmt: skip

    def _confirm(self) -> None:
        """Look for what was sent: what an archive says of it is not always so."""
        missing = set(self._sent)
        for wait in (0.0, *WAITS):
            if missing:
                time.sleep(wait)  # some index what they store a moment later
                missing -= self._instances(self._study)
        self._stored += len(self._sent) - len(missing)
        self._sent = set()
        if missing:
            self._refused[NOT_THERE] += len(missing)

    def _instances(self, study: str) -> frozenset[str]:
        query = {"StudyInstanceUID": study}
        found = self._asked(lambda: list(self._remote.fs.archive.find(query)))
        return frozenset(one.instance for one in found)

    def _asked(self, call: Callable[[], Given]) -> Given:
        try:
            return self._remote.attempt(call)
        except OSError as error:
            raise InputError(
                "the archive to answer until every result is stored", f"{error} ({self.summary})",
                f"Run again when it is back: {_KEPT}",
            ) from error  # fmt: skip
