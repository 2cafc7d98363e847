"""One model with its threads: films in, predictions out, each with its line in the audit."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pneumoscope.inference.predictor import FilmPrediction, Predictor
from pneumoscope.ingestion.private_names import DICOM_SUFFIXES
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.serving.audit import Audit
from pneumoscope.serving.batches import Asked, Batches
from pneumoscope.serving.kept import Kept
from pneumoscope.serving.limits import Limits
from pneumoscope.serving.uploads import Film

_DIGITS = 16
"""Hexadecimal digits of a hash that a film is called by."""


@dataclass
class Service:
    """A model that films are sent to.

    Attributes:
        predictor: The model, as it was evaluated.
        limits: How much is done at a time.
        audit: Where each film gets a line.
        keep: Folder that films are kept in; None keeps none.
    """

    predictor: Predictor
    limits: Limits
    audit: Audit
    keep: Path | None = None
    _decoders: ThreadPoolExecutor = field(init=False)
    _batches: Batches = field(init=False)
    _hiding: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._decoders = ThreadPoolExecutor(self.limits.threads, "decoder")
        self._batches = Batches(self.predictor, self.limits.batch)
        # Of its own: what takes seconds a film must not stand before what takes none.
        self._hiding = ThreadPoolExecutor(1, "occlusion")

    async def predict(
        self, films: Sequence[Film], asked: Asked, request: str
    ) -> list[FilmPrediction]:
        """Read and predict the films of one request.

        Args:
            films: As they were sent.
            asked: What is wanted of them.
            request: Its number, for the audit.

        Returns:
            One record a film, in their order; of those that were not read, or not in time, with
            the reason.

        Raises:
            Refused: The lines of the audit could not be written.
        """
        deadline = asyncio.get_running_loop().time() + self.limits.seconds
        # A request with many films must not fill the queue before others get a place in it.
        turns = asyncio.Semaphore(self.limits.threads)
        found = await asyncio.gather(*(self._one(film, asked, turns, deadline) for film in films))
        self.audit.write(found, request)
        return found

    def close(self) -> None:
        """End the threads, once they have nothing to do."""
        self._decoders.shutdown()
        self._hiding.shutdown(cancel_futures=True)
        self._batches.close()
        self.audit.close()

    async def _one(
        self, film: Film, asked: Asked, turns: asyncio.Semaphore, deadline: float
    ) -> FilmPrediction:
        try:
            async with asyncio.timeout_at(deadline), turns:
                loop = asyncio.get_running_loop()
                file = await loop.run_in_executor(self._decoders, self._read, film)
                found = await self._batches.predict(file, asked)
                if not asked.occlusion:
                    return found
                seconds = self.limits.occlusion_seconds
                return await loop.run_in_executor(
                    self._hiding, self.predictor.occluded, file, found, seconds
                )
        except TimeoutError:
            reason = f"the time of the request, {self.limits.seconds:g} s, was over"
            return await self._batches.predict(ScannedFile(film.name, reason=reason), Asked())

    def _read(self, film: Film) -> ScannedFile:
        read = film.read if self.keep is None else Kept(film.read, self.keep)
        file = self.predictor.read(film.name, read)
        is_dicom = file.dicom or film.name.lower().endswith(DICOM_SUFFIXES)
        if film.named or not is_dicom:
            return file
        # Nobody has read the names in an archive, and that of a DICOM can be a patient's.
        return replace(file, path=f"{file.sha256[:_DIGITS] or 'unread'}.dcm")
