"""Predictions of DICOM films as DICOM objects, made film by film; needs the extra dicom_results."""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.exchange.dicom_results.film import NoResult, SourceFilm, read_film
from pneumoscope.exchange.dicom_results.made import make_results
from pneumoscope.exchange.dicom_results.records import FilmResults, Finding, Picture
from pneumoscope.inference.maps import DecisionMaps
from pneumoscope.ingestion.scan import Reader
from pneumoscope.naming import Column, Label
from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders import dicom
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoding import check_size

logger = logging.getLogger(__name__)

Rows = list[Mapping[str, Any]]
Explain = Callable[[Sequence[str], NDArray[np.bool_]], DecisionMaps]
"""Gives maps of films by their paths and whether each score speaks for PNEUMONIA."""

NO_DICOM = "no DICOM film"
NOT_AGAIN = "it could not be read again"
SAME_UID = "its SOP instance UID is that of another film"

_BATCH = 16


@dataclass(frozen=True)
class DicomResults:
    """Results made while they are iterated, one record a row of the predictions.

    Files are read a second time, since no name or number of a patient was kept of the first.

    Attributes:
        predictions: As `predictions.predict` gives them.
        files: The files, by whatever names; which is which follows from their hashes.
        explain: Gives the maps.
        options: Bounds of what is read.
        made: When.
    """

    predictions: pd.DataFrame
    files: Mapping[str, Reader]
    explain: Explain
    options: DecodingOptions
    made: datetime

    def __iter__(self) -> Iterator[FilmResults]:
        """Yield one record a row; a film without results has a reason, and nothing is raised."""
        counts: Counter[str] = Counter()
        for found in self._all():
            counts[found.reason] += 1
            yield found
        made = counts.pop("", 0)
        logger.info(
            "DICOM results: %d of %d files%s",
            made,
            made + sum(counts.values()),
            "".join(f"; {count:,} without: {why}" for why, count in sorted(counts.items())),
        )

    def _all(self) -> Iterator[FilmResults]:
        wanted: dict[str, Rows] = {}
        for row in cast("Rows", self.predictions.to_dict("records")):
            if row[Column.REASON]:
                yield _without(row, row[Column.REASON])
            else:
                wanted.setdefault(row[Column.SHA256], []).append(row)
        batch: list[tuple[SourceFilm, Rows]] = []
        for film, rows in self._sources(wanted):
            if isinstance(film, str):
                yield from (_without(row, film) for row in rows)
                continue
            batch.append((film, rows))
            if len(batch) == _BATCH:
                yield from self._made(batch)
                batch = []
        yield from self._made(batch)
        yield from (_without(row, NOT_AGAIN) for rows in wanted.values() for row in rows)

    def _sources(self, wanted: dict[str, Rows]) -> Iterator[tuple[SourceFilm | str, Rows]]:
        """Take each file that is wanted out, with its tags, or why it gets no result."""
        instances: set[str] = set()
        for read in self.files.values():
            if not wanted:
                return
            data = self._bytes(read)
            rows = wanted.pop(hashlib.sha256(data).hexdigest(), None)
            if rows is None:
                continue
            if not dicom.recognises(data):
                yield NO_DICOM, rows
                continue
            try:
                film = read_film(data)
            except NoResult as error:
                yield str(error), rows
                continue
            own = str(film.tags.SOPInstanceUID)
            yield (SAME_UID if own in instances else film), rows
            instances.add(own)

    def _bytes(self, read: Reader) -> bytes:
        try:
            check_size(getattr(read, "size", 0), self.options)
            return read()
        except (OSError, UnreadableRadiograph):
            return b""

    def _made(self, batch: Sequence[tuple[SourceFilm, Rows]]) -> Iterator[FilmResults]:
        if not batch:
            return
        first = [rows[0] for _, rows in batch]
        positive = np.array([row[Column.SCORE] >= row[Column.THRESHOLD] for row in first])
        maps = self.explain([row[Column.PATH] for row in first], positive)
        for place, (film, rows) in enumerate(batch):
            picture = Picture(maps.films[place], *maps.of(place), maps.meaning)
            try:
                objects = make_results(film, finding_of(rows[0]), picture, self.made)
            except Exception as error:  # of pydicom and highdicom, on tags that break a rule
                logger.debug("no result", exc_info=error)
                reason = f"its tags cannot be copied ({type(error).__name__})"
                yield from (_without(row, reason) for row in rows)
                continue
            for row in rows:
                yield FilmResults(row[Column.PATH], row[Column.SHA256], objects)


def finding_of(row: Mapping[str, Any]) -> Finding:
    """Give what a row of the predictions says, of a film that was read."""

    def known(name: Column) -> Any:
        return None if pd.isna(row[name]) else row[name]

    outside = bool(row[Column.OUT_OF_DISTRIBUTION])
    low, high = known(Column.ZONE_LOW), known(Column.ZONE_HIGH)
    predicted = known(Column.PREDICTION)
    return Finding(
        model=row[Column.MODEL],
        fingerprint=row[Column.FINGERPRINT],
        score=float(row[Column.SCORE]),
        threshold=float(row[Column.THRESHOLD]),
        zone=None if low is None else (float(low), float(high)),
        grey_zone=bool(row[Column.GREY_ZONE]),
        prediction=None if predicted is None else Label(predicted),
        probability=None if outside else known(Column.PROBABILITY),
        prevalence=known(Column.PREVALENCE),
        out_of_distribution=outside,
        out_of_distribution_p=float(row[Column.OUT_OF_DISTRIBUTION_P]),
        out_of_distribution_reason=row[Column.OUT_OF_DISTRIBUTION_REASON],
        remarks="; ".join(filter(None, (row[Column.NOTE], row[Column.WARNING]))),
        notice=row[Column.NOTICE],
    )


def _without(row: Mapping[str, Any], reason: str) -> FilmResults:
    return FilmResults(row[Column.PATH], row[Column.SHA256], reason=reason)
