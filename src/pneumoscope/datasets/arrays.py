"""Several arrays in one file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from kedro.io import AbstractDataset
from numpy.typing import NDArray

from pneumoscope.datasets.atomic import replacing

Arrays = Mapping[str, NDArray[np.generic]]


class ArraysDataset(AbstractDataset[Arrays, dict[str, NDArray[np.generic]]]):
    """Named arrays as a compressed `.npz`, in their order; equal arrays give equal bytes.

    Loading runs no pickle, so that a file cannot carry code.

    Args:
        filepath: The file, ending in `.npz`.
        metadata: Layer for kedro-viz.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Remember the file; nothing is read yet."""
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> dict[str, NDArray[np.generic]]:
        """Return all arrays by name."""
        with np.load(self._filepath, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}

    def save(self, data: Arrays) -> None:
        """Write all arrays; the file appears whole or not at all."""
        # An open file, since NumPy puts its own ending behind the name of one to be made.
        with replacing(self._filepath) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(file, **data)  # type: ignore[arg-type]

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath.as_posix()}
