"""Several arrays in one file."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pneumoscope.datasets.atomic import AtomicDataset

Arrays = Mapping[str, NDArray[np.generic]]


class ArraysDataset(AtomicDataset[Arrays, dict[str, NDArray[np.generic]]]):
    """Named arrays as a compressed `.npz`, in their order; equal arrays give equal bytes.

    Loading runs no pickle, so that a file cannot carry code. The name ends in `.npz`.
    """

    def _read(self, path: Path) -> dict[str, NDArray[np.generic]]:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}

    def _write(self, path: Path, data: Arrays) -> None:
        np.savez_compressed(path, **data)  # type: ignore[arg-type]
