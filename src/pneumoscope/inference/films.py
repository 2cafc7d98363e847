"""New radiographs as models take them: preprocessed batch by batch, none kept in memory."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pneumoscope.options import PreprocessingOptions
from pneumoscope.radiographs.transforms import preprocess

Pixels = NDArray[np.uint8]


class PreprocessedFilms:
    """An array-like of uint8 (n, height, width, 1) that is computed where it is read.

    It goes through the same `preprocess` as the radiographs that models were trained on.

    Args:
        decoded: Path to uint8 (rows, columns).
        paths: Which of them, in order.
        options: The preprocessing.
    """

    def __init__(
        self, decoded: Mapping[str, Pixels], paths: Sequence[str], options: PreprocessingOptions
    ):
        """Remember what to read; nothing is read yet."""
        self._decoded, self._paths, self._options = decoded, list(paths), options
        self.shape = (len(self._paths), *options.size, 1)

    def __getitem__(self, indices: NDArray[np.intp], /) -> Pixels:
        """Read and preprocess the films at these indices: uint8 (indices, height, width, 1)."""
        films = [preprocess(self._decoded[self._paths[i]], self._options) for i in indices]
        return np.stack(films)
