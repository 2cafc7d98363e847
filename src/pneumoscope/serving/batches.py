"""Films of many requests gathered into the next batch of the model."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

from pneumoscope.inference.predictor import FilmPrediction
from pneumoscope.ingestion.scanned_file import ScannedFile

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What a request wants of its films.

    Attributes:
        prevalence: Share of PNEUMONIA that probabilities shall hold for; None: the model's own.
        maps: Whether pictures are wanted.
        occlusion: Whether their maps are made by hiding each film place by place.
    """

    prevalence: float | None = None
    maps: bool = False
    occlusion: bool = False


class Predicts(Protocol):
    """What turns films that were read into predictions, one a film."""

    def predict(
        self, files: Sequence[ScannedFile], prevalence: float | None = None, maps: bool = False
    ) -> Sequence[FilmPrediction]:
        """Predict films of one batch."""


_Waiting = tuple[ScannedFile, Asked, "asyncio.Future[FilmPrediction]"]


@dataclass
class Batches:
    """Hands films to the model as they come: at once if it is idle, else with all that wait.

    No film waits for others to come; a batch is what has gathered while the last one ran.

    Attributes:
        predictor: The model.
        most: Films of a batch.
    """

    predictor: Predicts
    most: int
    _waiting: list[_Waiting] = field(default_factory=list, init=False)
    _running: "asyncio.Task[None] | None" = field(default=None, init=False)
    _thread: Executor = field(init=False)

    def __post_init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "model")

    async def predict(self, file: ScannedFile, asked: Asked) -> FilmPrediction:
        """Predict one film, together with others."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[FilmPrediction] = loop.create_future()
        self._waiting.append((file, asked, found))
        if self._running is None:
            self._running = loop.create_task(self._run())
        return await found

    def close(self) -> None:
        """End the thread, once it has nothing to do."""
        self._thread.shutdown()

    async def _run(self) -> None:
        while self._waiting:
            batch = self._next()
            for found, (_, _, future) in zip(await self._predicted(batch), batch, strict=True):
                if not future.done():  # it may be that nobody waits for it any more
                    future.set_result(found)
        self._running = None

    def _next(self) -> list[_Waiting]:
        """Take films that want the same, the one that waits longest among them."""
        wanted = self._waiting[0][1]
        batch = [one for one in self._waiting if one[1] == wanted][: self.most]
        taken = {id(one) for one in batch}
        self._waiting = [one for one in self._waiting if id(one) not in taken]
        return batch

    async def _predicted(self, batch: Sequence[_Waiting]) -> Sequence[FilmPrediction]:
        asked = batch[0][1]
        files = [file for file, _, _ in batch]
        try:
            return await self._call(files, asked)
        except Exception as error:
            if len(files) == 1:
                return [await self._failed(files[0], asked, error)]
        # One film must not take others with it.
        return [(await self._predicted([one]))[0] for one in batch]

    async def _failed(self, file: ScannedFile, asked: Asked, error: Exception) -> FilmPrediction:
        logger.error("a film could not be scored", exc_info=error)
        reason = f"it could not be scored ({type(error).__name__})"
        (found,) = await self._call([replace(file, pixels=None, reason=reason)], asked)
        return found

    async def _call(self, files: Sequence[ScannedFile], asked: Asked) -> Sequence[FilmPrediction]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, self.predictor.predict, files, asked.prevalence, asked.maps
        )
