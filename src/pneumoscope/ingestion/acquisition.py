"""Who took each film, and how, measured in one pass over the decoded films."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pneumoscope.arrays import Grey
from pneumoscope.naming import Column
from pneumoscope.parallel import BatchedMap
from pneumoscope.radiographs.acquisition import ACQUISITION, measure_acquisition, periphery

PERIPHERY = "periphery"
"""Column of the pixels outside the centre, as bytes."""


def measure_films(manifest: pd.DataFrame, films: Sequence[Grey], batch_size: int) -> pd.DataFrame:
    """Measure every film of the manifest, in its order.

    Args:
        manifest: One row per radiograph.
        films: uint8 (rows, columns) of each, read when it is asked for.
        batch_size: Films that one task measures.

    Returns:
        Columns radiograph_id, those of `ACQUISITION` (float64), and `PERIPHERY` (bytes).
    """
    found = list(BatchedMap(_measure, films, batch_size, "measuring acquisition"))
    table = pd.DataFrame(found, columns=[*ACQUISITION, PERIPHERY])
    table.insert(0, Column.RADIOGRAPH_ID, manifest[Column.RADIOGRAPH_ID].to_numpy())
    return table


def _measure(film: Grey) -> dict[str, float | bytes]:
    return {**measure_acquisition(film), PERIPHERY: periphery(film).tobytes()}


def peripheries(acquisition: pd.DataFrame) -> np.ndarray:
    """Return the pixels outside the centre of each film: uint8 (n, pixels)."""
    joined = b"".join(acquisition[PERIPHERY])
    return np.frombuffer(joined, np.uint8).reshape(len(acquisition), -1)
