"""Films that look alike as pictures: copies stored anew, and names that may be one patient.

Byte identity misses a film that was saved as PNG, at another quality or size. Here every film
becomes a descriptor: its pixels at 48 × 48, without the coarse shading that all chest radiographs
share, less the mean of the collection (a frame or a caption that every film bears says nothing),
scaled to length 1. The product of two descriptors is their correlation.
"""

import math
from collections.abc import Iterable, Mapping
from tempfile import TemporaryFile
from typing import IO, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.naming import Column
from pneumoscope.progress import track

SIDE = 48
"""Pixels of a descriptor along each side."""

COARSE = 4.0
"""Standard deviation, in these pixels, of the blur that is taken away."""

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

MOST = 20
"""Pairs kept of one film; enough to tie any number of copies of it together."""

_BLOCK = 1 << 20
"""Correlations computed at a time: 4 MB, of 1,024 films with 1,024 others."""

SIMILAR_COLUMNS = ["first", "second", "similarity"]

Descriptors = NDArray[np.float32]
Pairs = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]
Compared = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]


def similar_radiographs(
    manifest: pd.DataFrame, decoded: Mapping[str, NDArray[np.uint8]]
) -> pd.DataFrame:
    """Compare every film with every other by its pixels; the time grows with their square.

    Descriptors lie in a temporary file, 9 KB a film, so that memory is for a few thousand films
    however many there are.

    Args:
        manifest: One row per radiograph; of byte-identical ones the first is compared.
        decoded: Path to uint8 (rows, columns).

    Returns:
        Columns `SIMILAR_COLUMNS`: radiograph_id of both and their correlation, the most similar
        first: pairs from `COPY` on, and those of different patients that reach `ALIKE` and stand
        out.
    """
    films = manifest.drop_duplicates(Column.SHA256)
    paths = track(films[Column.PATH], len(films), "comparing radiographs")
    patient, name = (films[c].to_numpy() for c in (Column.PATIENT_ID, Column.RADIOGRAPH_ID))
    with TemporaryFile() as file:
        described = _Described((decoded[path] for path in paths), len(films), file)
        first, second, similarity, nearest = compare(described, patient)
    apart = (patient[first] != patient[second]) & (similarity >= max(ALIKE, standing_out(nearest)))
    kept = (similarity >= COPY) | apart
    pairs = pd.DataFrame({"first": name[first], "second": name[second], "similarity": similarity})
    return pairs[kept].sort_values(
        ["similarity", "first"], ascending=[False, True], ignore_index=True
    )


def describe(image: NDArray[np.uint8]) -> Descriptors:
    """Return the descriptor of a film before the mean of its collection is taken away.

    Args:
        image: uint8 (rows, columns) of any size.

    Returns:
        float32 (SIDE²), of length 1, or all zero for a film of one grey level.
    """
    import cv2

    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    fine = (small - cv2.GaussianBlur(small, (0, 0), COARSE)).ravel()
    return _scaled(fine - fine.mean())


def shared_part(total: NDArray[np.floating], n: int) -> Descriptors:
    """Return what films of a collection share: n / (n + 2) of their mean, float32 (SIDE²).

    Of two copies of one film, which are their own mean, enough must be left to be compared.

    Args:
        total: Sum of their descriptors, (SIDE²).
        n: How many they are.
    """
    return (total / (n + 2)).astype(np.float32)


def centred(descriptors: Descriptors, shared: Descriptors) -> Descriptors:
    """Take away what the films of a collection share, and scale to length 1 again.

    Args:
        descriptors: float32 (n, SIDE²).
        shared: As `shared_part` gives it.
    """
    return _scaled(descriptors - shared)


class Rows(Protocol):
    """Descriptors, float32 (n, SIDE²), each of length 1 or zero, in memory or not."""

    def __getitem__(self, key: slice, /) -> Descriptors:
        """Return some of them."""


def compare(descriptors: Rows, patient: NDArray[np.object_]) -> Compared:
    """Compare all rows with each other.

    Args:
        descriptors: The rows; memory is taken for a few thousand of them.
        patient: Patient of each row.

    Returns:
        Of the pairs of rows that correlate by `ALIKE` or more: first, second and correlation. Of
        each row at most `MOST` later ones are kept, the most similar: films that are all alike
        stay tied together, and memory grows with their number alone. Then, of each row, the
        highest correlation with one of another patient, -1 without any.
    """
    n, codes = len(patient), np.unique(patient, return_inverse=True)[1]
    nearest = np.full(n, -1, dtype=np.float32)
    side, found = max(1, math.isqrt(_BLOCK)), []
    for start in range(0, n, side):
        rows, most = descriptors[start : start + side], _no_pairs()
        for column in range(start, n, side):
            block = rows @ descriptors[column : column + side].T
            here, there = (slice(at, at + side) for at in (start, column))
            most = _most_similar(most, _pairs(block, start, column))
            block[codes[here, None] == codes[None, there]] = -1
            nearest[there] = np.maximum(nearest[there], block.max(axis=0))
            nearest[here] = np.maximum(nearest[here], block.max(axis=1))
        found.append(most)
    first, second, similarity = (np.concatenate(part) for part in zip(*found, strict=True))
    return first, second, similarity, nearest


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


class _Described:
    """Descriptors of films in a file, read and centred block by block."""

    def __init__(self, films: Iterable[NDArray[np.uint8]], n: int, file: IO[bytes]) -> None:
        """Describe the films one after another."""
        self._file, self._n = file, n
        total = np.zeros(SIDE * SIDE)
        for film in films:
            described = describe(film)
            total += described
            self._file.write(described.data)
        self._file.flush()
        self._shared = shared_part(total, n)

    def __getitem__(self, key: slice, /) -> Descriptors:
        """Return centred descriptors: float32 (films, SIDE²)."""
        start, stop, _ = key.indices(self._n)
        size = self._shared.nbytes
        self._file.seek(start * size)
        data = self._file.read((stop - start) * size)
        stored = np.frombuffer(data, dtype=np.float32)
        return centred(stored.reshape(stop - start, -1), self._shared)


def _no_pairs() -> Pairs:
    return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.float32)


def _pairs(block: Descriptors, start: int, column: int) -> Pairs:
    """Find the pairs of a block of correlations, whose rows and columns begin at these films."""
    rows, columns = np.nonzero(block >= ALIKE)
    later = columns + column > rows + start
    rows, columns = rows[later], columns[later]
    return rows + start, columns + column, block[rows, columns]


def _most_similar(some: Pairs, more: Pairs) -> Pairs:
    """Keep of each film the `MOST` most similar later ones, by film and likeness."""
    first, second = np.concatenate([some[0], more[0]]), np.concatenate([some[1], more[1]])
    similarity = np.concatenate([some[2], more[2]])
    order = np.lexsort((second, -similarity, first))
    rank = np.arange(len(order)) - np.searchsorted(first[order], first[order])
    kept = order[rank < MOST]
    return first[kept], second[kept], similarity[kept]


def _scaled(descriptors: Descriptors) -> Descriptors:
    length = np.linalg.norm(descriptors, axis=-1, keepdims=True)
    return np.divide(descriptors, length, out=np.zeros_like(descriptors), where=length > 1e-6)
