"""Who took each film, and how, measured in one pass over the decoded films."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pneumoscope.arrays import Grey
from pneumoscope.naming import Column
from pneumoscope.parallel import BatchedMap
from pneumoscope.radiographs.acquisition import ACQUISITION, measure_acquisition, periphery

PERIPHERY = "periphery"
"""Column of the pixels outside the centre, as bytes."""


@dataclass(frozen=True)
class _Measure:
    """Numbers and periphery of one film by its path; picklable, for a cluster."""

    decoded: Mapping[str, Grey]

    def __call__(self, path: str) -> dict[str, float | bytes]:
        pixels = self.decoded[path]
        return {**measure_acquisition(pixels), PERIPHERY: periphery(pixels).tobytes()}


def measure_films(
    manifest: pd.DataFrame, decoded: Mapping[str, Grey], batch_size: int
) -> pd.DataFrame:
    """Measure every film of the manifest, in its order.

    Args:
        manifest: One row per radiograph.
        decoded: Path to uint8 (rows, columns).
        batch_size: Films that one task measures.

    Returns:
        Columns radiograph_id, those of `ACQUISITION` (float64), and `PERIPHERY` (bytes).
    """
    paths = manifest[Column.PATH].tolist()
    found = list(BatchedMap(_Measure(decoded), paths, batch_size, "measuring acquisition"))
    table = pd.DataFrame(found, columns=[*ACQUISITION, PERIPHERY])
    table.insert(0, Column.RADIOGRAPH_ID, manifest[Column.RADIOGRAPH_ID].to_numpy())
    return table


def peripheries(acquisition: pd.DataFrame) -> np.ndarray:
    """Return the pixels outside the centre of each film: uint8 (n, pixels)."""
    joined = b"".join(acquisition[PERIPHERY])
    return np.frombuffer(joined, np.uint8).reshape(len(acquisition), -1)
