"""Descriptors by which films are compared as pictures, and short ones that rule most pairs out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import IO

import numpy as np
from numpy.typing import NDArray

from pneumoscope.arrays import BoolArray, Grey, IntArray, SmallFilms
from pneumoscope.radiographs.measured import SMALL_SIDE

LENGTH = SMALL_SIDE**2
"""Numbers of a descriptor."""

COARSE = 4.0
"""Standard deviation, in pixels of a small film, of the blur that is taken away."""

SHORT, LONGER = 64, 256
"""Numbers of short descriptors: of the pairs of 5,216 real films, which are not alike, the first
leave one in 1,200 to be compared, the second one in 90,000."""

FILMS_A_DIRECTION = 8
"""Films for each direction at least: fewer films are compared sooner than directions are found."""

SHARED_FROM = 4096
"""Films at most by which is told what all films of a collection share."""

_AT_ONCE = 1024
"""Films summed up at a time, in 9 MB."""

_IN_CACHE = 64
"""Films described at a time, in 0.6 MB: steps in between stay in a core's cache, and take no more
memory for more films."""

_FLAT = 0.1
"""Length, in grey levels, of what rounding leaves of a film of one grey level; one pixel that
differs by one level has more."""

_ROUNDING = 1e-3
"""By how much products of short descriptors may lie below what they are in exact arithmetic."""

_MANY = 20
"""From one pair in so many on, the second products are taken of all pairs at once."""

Descriptors = NDArray[np.float32]


class Described:
    """Descriptors of films, made of the small films when they are asked for."""

    def __init__(self, small: SmallFilms, rows: IntArray) -> None:
        """Learn what the films share, from up to `SHARED_FROM` of them.

        Args:
            small: Small films.
            rows: Which of them are described.
        """
        self._small, self._rows = small, rows
        some, total = rows[evenly_spread_rows(len(rows), SHARED_FROM)], np.zeros(LENGTH)
        for start in range(0, len(some), _AT_ONCE):
            total += describe(small[some[start : start + _AT_ONCE]]).sum(axis=0)
        self._shared = shared_part(total, len(some))

    def __getitem__(self, rows: IntArray, /) -> Descriptors:
        """Return some descriptors: float32 (n, LENGTH)."""
        small = self._small[self._rows[rows]]
        return _in_pieces(lambda films: centred(_described(films), self._shared), small)


def evenly_spread_rows(n: int, most: int) -> IntArray:
    """Choose so many of n rows at most, evenly spread."""
    return np.linspace(0, n - 1, min(n, most)).round().astype(np.int64)


def describe(small: Grey) -> Descriptors:
    """Return the descriptors of films before the mean of their collection is taken away.

    Args:
        small: uint8 (n, SMALL_SIDE, SMALL_SIDE).

    Returns:
        float32 (n, LENGTH), each of length 1, or all zero for a film of one grey level.
    """
    return _in_pieces(_described, small)


def _in_pieces(function: Callable[[Grey], Descriptors], small: Grey) -> Descriptors:
    """Have small films described a few at a time; of each alone, so that the results are equal."""
    found = np.empty((len(small), LENGTH), dtype=np.float32)
    for start in range(0, len(small), _IN_CACHE):
        found[start : start + _IN_CACHE] = function(small[start : start + _IN_CACHE])
    return found


def _described(small: Grey) -> Descriptors:
    films, blur = small.astype(np.float32), _blur()
    fine = (films - blur @ films @ blur.T).reshape(len(films), -1)
    return _scaled(fine - fine.mean(axis=1, keepdims=True), _FLAT)


def shared_part(total: NDArray[np.floating], n: int) -> Descriptors:
    """Return what films of a collection share: n / (n + 2) of their mean, float32 (LENGTH).

    Of two copies of one film, which are their own mean, enough must be left to be compared.

    Args:
        total: Sum of their descriptors, (LENGTH).
        n: How many they are.
    """
    return (total / (n + 2)).astype(np.float32)


def centred(descriptors: Descriptors, shared: Descriptors) -> Descriptors:
    """Take away what the films of a collection share, and scale to length 1 again.

    Args:
        descriptors: float32 (n, LENGTH).
        shared: As `shared_part` gives it.
    """
    return _scaled(descriptors - shared, 1e-6)


@dataclass(frozen=True)
class Short:
    """Short descriptors of some films, of two lengths; see `Shortened`.

    Attributes:
        first: float32 (n, up to SHORT).
        longer: float32 (n, up to LONGER).
    """

    first: Descriptors
    longer: Descriptors

    def may_reach(self, others: "Short", correlation: float) -> tuple[IntArray, IntArray]:
        """Return rows and columns of all pairs whose correlation may be as high as that."""
        least = correlation - _ROUNDING
        rows, columns = _where(self.first @ others.first.T >= least)
        if len(rows) * _MANY > len(self.first) * len(others.first):
            return _where(self.longer @ others.longer.T >= least)
        left = np.einsum("ij,ij->i", self.longer[rows], others.longer[columns]) >= least
        return rows[left], columns[left]


def _where(found: BoolArray) -> tuple[IntArray, IntArray]:
    # Of an array of two dimensions, `np.nonzero` takes as long as its product.
    rows, columns = np.divmod(np.flatnonzero(found), found.shape[1])
    return rows, columns


class Shortened:
    """Short descriptors in a file: no product of two is below that of the descriptors.

    Of each they hold the part along some directions, and the length of the rest, since the product
    of two rests is at most that of their lengths (Cauchy and Schwarz).
    """

    def __init__(self, some: Descriptors, films: int, file: IO[bytes]) -> None:
        """Choose the directions in which some descriptors differ most.

        Args:
            some: float32 (n, LENGTH).
            films: How many there will be.
            file: Empty; up to 1,280 bytes a film are written to it.
        """
        most = max(1, min(LONGER - 1, films // FILMS_A_DIRECTION))
        self._file, self._directions = file, _directions(some, most)
        self._short = min(SHORT - 1, most)

    def append(self, descriptors: Descriptors) -> None:
        """Shorten descriptors, float32 (n, LENGTH), and write them after those before."""
        along = descriptors @ self._directions.T
        length = (descriptors**2).sum(axis=1)
        parts = [_with_rest(along[:, : self._short], length), _with_rest(along, length)]
        self._file.write(np.hstack(parts).data)

    def read(self, start: int, stop: int) -> Short:
        """Return the short descriptors of the films from `start` up to `stop`."""
        width = self._short + len(self._directions) + 2
        self._file.seek(start * width * 4)
        data = self._file.read((stop - start) * width * 4)
        both = np.frombuffer(data, dtype=np.float32).reshape(-1, width)
        return Short(both[:, : self._short + 1], both[:, self._short + 1 :])


def _with_rest(along: Descriptors, length: NDArray[np.float32]) -> Descriptors:
    rest = length - (along**2).sum(axis=1)
    return np.column_stack([along, np.sqrt(np.maximum(rest, 0))])


def _directions(some: Descriptors, most: int) -> Descriptors:
    """Return orthonormal directions, about those of the largest principal components.

    Any directions would do; these leave short rests. Source: Halko, Martinsson and Tropp 2011,
    Finding structure with randomness, doi:10.1137/090771806.
    """
    drawn = np.random.default_rng(0).standard_normal((most, LENGTH), dtype=np.float32)
    for _ in range(2):
        drawn = np.linalg.qr(some.T @ (some @ drawn.T))[0].T
    return drawn


@cache
def _blur() -> NDArray[np.float32]:
    """Return the matrix that blurs the columns of a small film."""
    import cv2

    one = np.eye(SMALL_SIDE, dtype=np.float32)
    return np.asarray(cv2.GaussianBlur(one, (1, 0), 1.0, sigmaY=COARSE), dtype=np.float32)


def _scaled(descriptors: Descriptors, least: float) -> Descriptors:
    length = np.linalg.norm(descriptors, axis=-1, keepdims=True)
    return np.divide(descriptors, length, out=np.zeros_like(descriptors), where=length > least)
