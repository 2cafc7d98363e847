"""Radiographs of a list made small enough to show many of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.explanation.records import Explanations
from pneumoscope.naming import Column
from pneumoscope.radiographs.recorded import may_be_shown
from pneumoscope.report.pictures import as_png, overlaid, thumbnail

SIDE = 112
"""Pixels of the longer side of a film among many: 2 to 4 KB each."""


class Images(Protocol):
    """Stored radiographs, uint8 (n, height, width, 1)."""

    def __getitem__(self, index: Any, /) -> NDArray[np.uint8]:
        """Return the one at a position, (height, width, 1)."""


@dataclass(frozen=True)
class ListedFilms:
    """A list of radiographs, and pictures of the first of them.

    Attributes:
        model: Whose list it is; empty for one of all models.
        table: The whole list.
        pictures: radiograph_id to PNG, of films that may be shown.
        maps: radiograph_id to a PNG with the attribution on it, where there is one.
    """

    model: str
    table: pd.DataFrame
    pictures: Mapping[str, bytes]
    maps: Mapping[str, bytes]


def draw_films(names: Sequence[str], images: Images, rows: pd.DataFrame) -> dict[str, bytes]:
    """Draw radiographs small, but none that may not be shown.

    Args:
        names: radiograph_id of each.
        images: Stored radiographs.
        rows: Their rows, in the same order; columns radiograph_id and, if known, warning.
    """
    ids = rows[Column.RADIOGRAPH_ID].to_numpy(dtype=str)
    shown = may_be_shown(rows).to_numpy(dtype=bool)
    first = dict(zip(ids[::-1], range(len(ids) - 1, -1, -1), strict=True))
    places = {name: first[name] for name in names if name in first and shown[first[name]]}
    return {name: as_png(thumbnail(images[place][..., 0], SIDE)) for name, place in places.items()}


def draw_maps(
    names: Sequence[str],
    explanations: Explanations | None,
    arrays: Mapping[str, NDArray[Any]] | None,
) -> dict[str, bytes]:
    """Draw the attribution of those radiographs that were explained.

    Args:
        names: radiograph_id of each.
        explanations: What is explained, in the order of the arrays; None of an ensemble.
        arrays: `films` and `maps`, (n, height, width).
    """
    if explanations is None or arrays is None:
        return {}
    drawn = {}
    for case, film, found in zip(explanations.cases, arrays["films"], arrays["maps"], strict=True):
        strongest = float(np.max(found))
        if case.radiograph_id in names and strongest > 0:
            scaled = np.asarray(found / strongest, dtype=np.float32)
            drawn[case.radiograph_id] = as_png(thumbnail(overlaid(film, scaled), SIDE))
    return drawn
