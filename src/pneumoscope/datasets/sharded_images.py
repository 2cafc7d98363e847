"""Images of one shape in shards on disk."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from kedro.io import DatasetError
from numpy.typing import NDArray

from pneumoscope.datasets.atomic import AtomicDataset, clear_alone, replacing_alone
from pneumoscope.errors import InputError
from pneumoscope.parallel import in_shards

SHARD_ROWS = 1024
"""Images a shard: 26 MB at 160×160."""


class ImageStream(Protocol):
    """Images that are computed while they are iterated, and how many there will be."""

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Yield uint8 (height, width, 1)."""

    def __len__(self) -> int:
        """Return the number of images."""


@dataclass(frozen=True)
class ShardFiles(Sequence[Path]):
    """The shards of a folder in their order; as small as its path, so it can be sent to workers.

    Attributes:
        folder: The folder.
        total: How many there are.
    """

    folder: Path
    total: int

    def __len__(self) -> int:
        """Return how many there are."""
        return self.total

    def __getitem__(self, number: Any) -> Any:
        """Return the path of a shard, negative numbers counted from the end."""
        return self.folder / _shard(range(self.total)[number])


class ShardedImages:
    """An array-like of uint8 (n, height, width, 1) that stays on disk.

    Shards that are files are open only while images are copied out of them: there may be more of
    them than files that a process may have open.

    Args:
        shards: Arrays, or `.npy` files, in order; all but the last have equal length.
    """

    def __init__(self, shards: Sequence[NDArray[np.uint8] | Path]):
        """Line the shards up; of files, the headers of the first and the last are read."""
        self._shards = shards
        self._start, first = _header(shards[0])
        self._last_start, last = _header(shards[-1])
        self._rows = first[0]
        self.shape: tuple[int, int, int, int]
        self.shape = (self._rows * (len(shards) - 1) + last[0], *first[1:])  # type: ignore[assignment]
        self.dtype = np.dtype(np.uint8)

    def __len__(self) -> int:
        """Return the number of images."""
        return self.shape[0]

    def __getitem__(self, key: int | slice | NDArray[np.integer]) -> NDArray[np.uint8]:
        """Copy the chosen images into memory; an integer gives one image."""
        if isinstance(key, int | np.integer):
            return self[np.array([key])][0]
        index = self._index(key)
        images = np.empty((len(index), *self.shape[1:]), dtype=self.dtype)
        numbers, rows = np.divmod(index, self._rows)
        order = np.argsort(numbers, kind="stable")
        starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
        for places in np.split(order, starts[1:]) if len(index) else ():
            self._copy(int(numbers[places[0]]), rows[places], images, places)
        return images

    def _copy(
        self,
        number: int,
        rows: NDArray[np.intp],
        images: NDArray[np.uint8],
        places: NDArray[np.intp],
    ) -> None:
        shard, last = self._shards[number], number == len(self._shards) - 1
        if isinstance(shard, Path):
            start = self._last_start if last else self._start
            _copy(shard, start, rows, images, places)
        else:
            images[places] = shard[rows]

    def _index(self, key: slice | NDArray[np.integer]) -> NDArray[np.intp]:
        """Return the positions that a key of an array stands for, counted from the start."""
        if isinstance(key, slice):
            return np.arange(*key.indices(len(self)))
        chosen = np.asarray(key)
        if chosen.dtype == bool:
            return np.arange(len(self))[chosen]
        index = chosen.astype(np.intp)
        beyond = index[(index < -len(self)) | (index >= len(self))]
        if len(beyond):
            raise IndexError(f"index {beyond[0]} is out of bounds for {len(self)} images")
        return np.where(index < 0, index + len(self), index)


class ShardedImagesDataset(AtomicDataset[ImageStream, ShardedImages]):
    """A folder of `.npy` shards, written as a stream and opened while they are read.

    Saving holds one image in memory at a time. It raises DatasetError where there are none, or
    fewer than announced, or their shapes differ.
    """

    def _read(self, path: Path) -> ShardedImages:
        files = ShardFiles(path, sum(1 for _ in path.glob("*.npy")))
        if not files:
            raise InputError(
                "images in shards",
                f"none at '{path}'",
                "Run the preprocessing first: kedro run --pipelines=preprocessing",
            )
        return ShardedImages(files)

    def _write(self, path: Path, data: ImageStream) -> None:
        if len(data) == 0:
            raise DatasetError("expected at least one image to store, received none")
        path.mkdir()
        write = partial(_write_shard, path, SHARD_ROWS, len(data))
        shapes = []
        for shape in in_shards(data, SHARD_ROWS, write):
            shapes.append(shape)
            _check_shape(shape[1:], shapes[0][1:])
        clear_alone(path)
        if (stored := sum(shape[0] for shape in shapes)) != len(data):
            raise DatasetError(f"expected {len(data)} images to store, received {stored or 'none'}")

    def _exists(self) -> bool:
        return any(Path(self._get_load_path()).glob("*.npy"))


def _header(shard: NDArray[np.uint8] | Path) -> tuple[int, tuple[int, ...]]:
    """Return where the images of a shard begin, and their shape."""
    if not isinstance(shard, Path):
        return 0, shard.shape
    with shard.open("rb") as stream:
        np.lib.format.read_magic(stream)
        shape, _, _ = np.lib.format.read_array_header_1_0(stream)
        return stream.tell(), tuple(shape)


def _copy(
    file: Path,
    start: int,
    rows: NDArray[np.intp],
    images: NDArray[np.uint8],
    places: NDArray[np.intp],
) -> None:
    """Copy images of a file, which begin at `start`, to places in memory; neighbours at once."""
    size = math.prod(images.shape[1:])
    apart = (np.diff(rows) != 1) | (np.diff(places) != 1)
    first = [0, *(np.flatnonzero(apart) + 1).tolist(), len(rows)]
    with file.open("rb") as stream:
        for begin, end in pairwise(first):
            stream.seek(start + int(rows[begin]) * size)
            into = images[places[begin] : places[begin] + end - begin]
            if stream.readinto(into.data) != into.nbytes:
                raise InputError(
                    f"a whole shard at '{file}'", "one that is cut short",
                    "Run the preprocessing again: kedro run --pipelines=preprocessing",
                )  # fmt: skip


def _shard(number: int) -> str:
    return f"shard-{number:05d}.npy"


def _write_shard(
    folder: Path, rows: int, total: int, number: int, images: Iterator[NDArray[np.uint8]]
) -> tuple[int, ...]:
    """Write a shard of images that come one by one; return its shape."""
    count, first = min(rows, total - number * rows), next(images)
    if count < 1:
        raise DatasetError(f"expected {total} images to store, received more")
    name, written = _shard(number), 0
    with replacing_alone(folder / name) as file, file.open("wb") as stream:
        header = {"descr": "|u1", "fortran_order": False, "shape": (count, *first.shape)}
        np.lib.format.write_array_header_1_0(stream, header)
        for image in chain([first], images):
            if image.dtype != np.uint8:
                raise _unlike(f"{image.dtype} {image.shape}", first.shape)
            _check_shape(image.shape, first.shape)
            stream.write(np.ascontiguousarray(image).data)
            written += 1
        if written != count:
            raise DatasetError(
                f"expected {count} images for {name}, received {written}; the stream ended early"
            )
    return count, *first.shape


def _check_shape(found: tuple[int, ...], first: tuple[int, ...]) -> None:
    if found != first:
        raise _unlike(f"uint8 {found}", first)


def _unlike(found: str, first: tuple[int, ...]) -> DatasetError:
    return DatasetError(
        f"expected every image as uint8 {first}, the shape of the first; received {found}"
    )
