"""Films whose periphery is made up: numbers and pixels drawn around the centre of a group."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pneumoscope.radiographs.measured import ACQUISITION, SMALL_SIDE


@pytest.fixture
def make_films() -> Callable[..., tuple]:
    """Give rows, acquisition and small films by `group` and `label`, two films a patient."""

    def make(group: np.ndarray, label: np.ndarray, seed: int = 0, apart: float = 6.0):
        rng, n = np.random.default_rng(seed), len(group)
        name = [f"film {place}" for place in range(n)]
        split = np.array(["train", "train", "train", "train", "validation", "test"])
        rows = pd.DataFrame(
            {
                "radiograph_id": name, "path": name,
                "patient_id": [f"p{place // 2}" for place in range(n)],
                "label": np.where(label, "PNEUMONIA", "NORMAL"), "width": 100, "height": 100,
                "split": split[np.arange(n) // 4 % 6],
            }
        )  # fmt: skip
        numbers = rng.normal(size=(n, len(ACQUISITION))) + apart * group[:, None]
        grey = 100 + 10 * apart * np.asarray(group)[:, None, None]
        small = np.clip(rng.normal(grey, 5, (n, SMALL_SIDE, SMALL_SIDE)), 0, 255).astype(np.uint8)
        found = pd.DataFrame(numbers, columns=list(ACQUISITION))
        place = pd.Index(name).get_indexer
        return rows, lambda paths: found.iloc[place(paths)], lambda paths: small[place(paths)]

    return make
