"""Films that look alike as pictures: copies stored anew, and names that may be one patient.

Byte identity misses a film that was saved as PNG, at another quality or size. Here every film
becomes a descriptor: its pixels at 48 × 48, without the coarse shading that all chest radiographs
share, less the mean of the collection (a frame or a caption that every film bears says nothing),
scaled to length 1. The product of two descriptors is their correlation.
"""

import math
from tempfile import TemporaryFile
from typing import IO, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import IntArray, SmallFilms
from pneumoscope.ingestion.descriptors import (
    Described,
    Descriptors,
    Shortened,
    evenly_spread_rows,
)
from pneumoscope.naming import Column
from pneumoscope.progress import track

COPY = 0.94
"""Correlation from which two films count as one picture that was stored twice.

Measured on the films of train that docs/ingestion.md names: of 10.9 million pairs of different
patients none reaches 0.81; no copy at another quality, size or format falls below 0.95.
"""

ALIKE = 0.82
"""Least correlation from which films of different patients are shown to a human."""

STANDING_OUT = 4.0
"""Standard deviations by which such a pair must exceed what is usual in its collection.

Usual is the correlation of a film with the most similar film of another patient, after Fisher's
transformation: where all films are much alike, as those of a close-framed series or of a
program are, likeness says nothing.
"""

USUAL_FROM = 1024
"""Films at most by which is told what is usual, evenly spread over the collection."""

MOST = 20
"""Pairs kept of one film; enough to tie any number of copies of it together."""

_BLOCK = 1 << 20
"""Correlations computed at a time: 4 MB, of 1,024 films with 1,024 others."""

LISTED = 100
"""Pairs of a kind that a record lists: there can be more of them than films."""

SIMILAR_COLUMNS = ["first", "second", "similarity"]

Rows32 = NDArray[np.int32]
Pairs = tuple[Rows32, Rows32, NDArray[np.float32]]
Compared = tuple[Rows32, Rows32, NDArray[np.float32], NDArray[np.float32]]
"""Of as many pairs as films have, not of objects: a collection can have more pairs than films."""


def similar_radiographs(manifest: pd.DataFrame, small: SmallFilms) -> pd.DataFrame:
    """Compare every film with every other by its pixels.

    Most pairs are ruled out by 128 operations, none that is as much alike as `ALIKE`. Memory is for
    a few thousand films and 12 bytes a pair, however many there are; 1,280 bytes a film lie in a
    temporary file.

    Args:
        manifest: One row per radiograph; of byte-identical ones the first is compared.
        small: The small film of each row.

    Returns:
        Columns `SIMILAR_COLUMNS`: radiograph_id of both, as categories, and their correlation, the
        most similar first: pairs from `COPY` on, and those of different patients that reach `ALIKE`
        and stand out.
    """
    once = np.flatnonzero(~manifest[Column.SHA256].duplicated())
    films = manifest[[Column.PATIENT_ID, Column.RADIOGRAPH_ID]].iloc[once]
    patient = pd.factorize(films[Column.PATIENT_ID])[0]
    first, second, similarity, nearest = compare(Described(small, once), patient)
    apart = (patient[first] != patient[second]) & (similarity >= max(ALIKE, standing_out(nearest)))
    kept = (similarity >= COPY) | apart
    return _named(films[Column.RADIOGRAPH_ID], (first[kept], second[kept], similarity[kept]))


def _named(name: pd.Series, pairs: Pairs) -> pd.DataFrame:
    """Name the films of pairs, and sort the pairs by likeness, then by the first's name."""
    first, second, similarity = pairs
    rows, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
    names = name.iloc[rows].astype(str)
    order = np.argsort(names.to_numpy(), kind="stable")
    codes = np.argsort(order)[codes]  # now by name
    films = pd.CategoricalDtype(names.iloc[order])
    ends = (codes[: len(first)], codes[len(first) :])
    by_likeness = np.lexsort((ends[0], -similarity))
    columns = [pd.Categorical.from_codes(end[by_likeness], dtype=films) for end in ends]
    found = (*columns, similarity[by_likeness])
    return pd.DataFrame(dict(zip(SIMILAR_COLUMNS, found, strict=True)))


class Rows(Protocol):
    """Descriptors, float32 (n, LENGTH), each of length 1 or zero, in memory or not."""

    def __getitem__(self, rows: IntArray, /) -> Descriptors:
        """Return some of them."""


def compare(descriptors: Rows, patient: IntArray) -> Compared:
    """Compare all rows with each other.

    Args:
        descriptors: The rows; memory is taken for a few thousand of them.
        patient: Number of the patient of each row.

    Returns:
        Of the pairs of rows that correlate by `ALIKE` or more: first, second and correlation. Of
        each row at most `MOST` later ones are kept, the most similar: films that are all alike
        stay tied together, and memory grows with their number alone. Then, of up to `USUAL_FROM`
        rows, the highest correlation with one of another patient, -1 without any.
    """
    from threadpoolctl import threadpool_limits

    n, side, found = len(patient), max(1, math.isqrt(_BLOCK)), [_no_pairs()]
    # In one thread: products so narrow keep several waiting for each other, on a busy machine for
    # twice as long as they work.
    with threadpool_limits(1), TemporaryFile() as file:
        short, nearest = _shorten(descriptors, patient, side, file)
        starts = range(0, n, side)
        for start in track(starts, len(starts), "comparing radiographs"):
            found.append(_pairs_of(descriptors, short, start, min(n, start + side), n))
    first, second, similarity = (np.concatenate(part) for part in zip(*found, strict=True))
    return first, second, similarity, nearest


def _shorten(
    descriptors: Rows, patient: IntArray, side: int, file: IO[bytes]
) -> tuple[Shortened, NDArray[np.float32]]:
    """Shorten all rows, so many at a time, and find the nearest of another patient of some."""
    n = len(patient)
    usual = evenly_spread_rows(n, USUAL_FROM)
    some, nearest = descriptors[usual], np.full(len(usual), -1, dtype=np.float32)
    short = Shortened(some, n, file)
    for start in range(0, n, side):
        rows = descriptors[np.arange(start, min(n, start + side))]
        short.append(rows)
        block = some @ rows.T
        block[patient[usual, None] == patient[None, start : start + side]] = -1
        nearest = np.maximum(nearest, block.max(axis=1))
    return short, nearest


def standing_out(nearest: NDArray[np.float32]) -> float:
    """Return the correlation from which a film's nearest of another patient is unusual.

    Args:
        nearest: Correlation of each film with the most similar one of another patient.
    """
    z = np.arctanh(np.clip(nearest, -0.999, 0.999))
    # The median and its deviation: what is looked for must not count as usual.
    usual = np.median(z)
    spread = np.median(np.abs(z - usual)) / 0.6745
    return float(np.tanh(usual + STANDING_OUT * spread))


def _no_pairs() -> Pairs:
    return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32)


def _pairs_of(descriptors: Rows, short: Shortened, start: int, stop: int, n: int) -> Pairs:
    """Find the pairs of the rows from `start` up to `stop` with later ones."""
    rows, shortened = descriptors[np.arange(start, stop)], short.read(start, stop)
    side, most = stop - start, _no_pairs()
    for column in range(start, n, side):
        first, second = shortened.may_reach(short.read(column, min(n, column + side)), ALIKE)
        first, second = first + start, second + column
        later = second > first
        if later.any():
            pairs = _alike(descriptors, rows, start, first[later], second[later])
            most = _most_similar(most, pairs)
    return most


def _alike(
    descriptors: Rows, rows: Descriptors, start: int, first: IntArray, second: IntArray
) -> Pairs:
    """Keep those of some pairs that are alike, with their correlation.

    Args:
        descriptors: All rows.
        rows: Those of them from `start` on, among which the first of each pair are.
        start: See there.
        first: First of each pair.
        second: Second of each pair.
    """
    some, here = np.unique(first, return_inverse=True)
    others, there = np.unique(second, return_inverse=True)
    similarity = (rows[some - start] @ descriptors[others].T)[here, there]
    alike = similarity >= ALIKE
    return first[alike].astype(np.int32), second[alike].astype(np.int32), similarity[alike]


def _most_similar(some: Pairs, more: Pairs) -> Pairs:
    """Keep of each film the `MOST` most similar later ones, by film and likeness."""
    first, second = np.concatenate([some[0], more[0]]), np.concatenate([some[1], more[1]])
    similarity = np.concatenate([some[2], more[2]])
    order = np.lexsort((second, -similarity, first))
    rank = np.arange(len(order)) - np.searchsorted(first[order], first[order])
    kept = order[rank < MOST]
    return first[kept], second[kept], similarity[kept]
