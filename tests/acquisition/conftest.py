"""Films whose periphery is made up: numbers and pixels drawn around the centre of a group."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pneumoscope.ingestion.acquisition import PERIPHERY
from pneumoscope.radiographs.acquisition import ACQUISITION

PIXELS = 632


@pytest.fixture
def make_films() -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Give rows and acquisition of `n` films of `group` and `label`, one patient in two films."""

    def make(group: np.ndarray, label: np.ndarray, seed: int = 0, apart: float = 6.0):
        rng, n = np.random.default_rng(seed), len(group)
        name = [f"film {place}" for place in range(n)]
        split = np.array(["train", "train", "train", "train", "validation", "test"])
        rows = pd.DataFrame(
            {
                "radiograph_id": name, "patient_id": [f"p{place // 2}" for place in range(n)],
                "label": np.where(label, "PNEUMONIA", "NORMAL"), "width": 100, "height": 100,
                "split": split[np.arange(n) // 4 % 6],
            }
        )  # fmt: skip
        numbers = rng.normal(size=(n, len(ACQUISITION))) + apart * group[:, None]
        pixels = np.clip(rng.normal(100 + 10 * apart * group[:, None], 5, (n, PIXELS)), 0, 255)
        found = pd.DataFrame(numbers, columns=list(ACQUISITION))
        found.insert(0, "radiograph_id", name)
        found[PERIPHERY] = [row.astype(np.uint8).tobytes() for row in pixels]
        return rows, found

    return make
