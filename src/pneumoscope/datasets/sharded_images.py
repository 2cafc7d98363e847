"""Images of one shape in memory-mapped shards."""

import math
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

import numpy as np
from kedro.io import DatasetError
from numpy.typing import NDArray

from pneumoscope.datasets.atomic import AtomicDataset
from pneumoscope.errors import InputError

SHARD_ROWS = 1024
"""Images a shard: 26 MB at 160×160."""


class ImageStream(Protocol):
    """Images that are computed while they are iterated, and how many there will be."""

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Yield uint8 (height, width, 1)."""

    def __len__(self) -> int:
        """Return the number of images."""


class ShardedImages:
    """An array-like of uint8 (n, height, width, 1) that stays on disk.

    Args:
        shards: Memory-mapped arrays, in order; all but the last have equal length.
    """

    def __init__(self, shards: list[NDArray[np.uint8]]):
        """Line the shards up."""
        self._shards = shards
        self.shape = (sum(map(len, shards)), *shards[0].shape[1:])
        self.dtype = shards[0].dtype

    def __len__(self) -> int:
        """Return the number of images."""
        return self.shape[0]

    def __getitem__(self, key: int | slice | NDArray[np.integer]) -> NDArray[np.uint8]:
        """Copy the chosen images into memory; an integer gives one image."""
        index = np.arange(len(self))[key]
        if index.ndim == 0:
            return np.array(self._shards[index // self._rows][index % self._rows])
        images = np.empty((len(index), *self.shape[1:]), dtype=self.dtype)
        for number in np.unique(index // self._rows):
            here = index // self._rows == number
            images[here] = self._shards[number][index[here] % self._rows]
        return images

    @property
    def _rows(self) -> int:
        return len(self._shards[0])


class ShardedImagesDataset(AtomicDataset[ImageStream, ShardedImages]):
    """A folder of `.npy` shards, written as a stream and read memory-mapped.

    Saving holds one image in memory at a time. It raises DatasetError where there are none, or
    fewer than announced, or their shapes differ.
    """

    def _read(self, path: Path) -> ShardedImages:
        files = sorted(path.glob("*.npy"))
        if not files:
            raise InputError(
                "images in shards",
                f"none at '{path}'",
                "Run the preprocessing first: kedro run --pipelines=preprocessing",
            )
        return ShardedImages([np.load(file, mmap_mode="r") for file in files])

    def _write(self, path: Path, data: ImageStream) -> None:
        if len(data) == 0:
            raise DatasetError("expected at least one image to store, received none")
        images = iter(data)
        first = next(images, None)
        if first is None:
            raise DatasetError(f"expected {len(data)} images to store, received none")
        images = chain([first], images)
        path.mkdir()
        for start in range(0, len(data), SHARD_ROWS):
            shape = (min(SHARD_ROWS, len(data) - start), *first.shape)
            _write_shard(path / f"shard-{start // SHARD_ROWS:05d}.npy", images, shape)

    def _exists(self) -> bool:
        return any(Path(self._get_load_path()).glob("*.npy"))


def _write_shard(file: Path, images: Iterator[NDArray[np.uint8]], shape: tuple[int, ...]) -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    written = 0
    with file.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for image in islice(images, shape[0]):
            if image.shape != shape[1:] or image.dtype != np.uint8:
                raise DatasetError(
                    f"expected every image as uint8 {shape[1:]}, the shape of the first; "
                    f"received {image.dtype} {image.shape}"
                )
            written += stream.write(np.ascontiguousarray(image).data)
    if written != math.prod(shape):
        raise DatasetError(
            f"expected {shape[0]} images for {file.name}, received "
            f"{written // math.prod(shape[1:])}; the stream ended early"
        )
