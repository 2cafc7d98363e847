"""Radiographs of a split as they are compared: chosen, measured batch by batch, and altered."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.naming import Column
from pneumoscope.out_of_distribution.distances import (
    FEATURES,
    LAYOUT,
    describe,
    measure,
    orientations,
)
from pneumoscope.out_of_distribution.records import Reference

if TYPE_CHECKING:
    from pneumoscope.models.training.batches import RadiographArray

Films = NDArray[np.uint8]

KEPT = [Column.RADIOGRAPH_ID.value, Column.PATIENT_ID.value]
FILM = "film"
"""Column: what was done to a radiograph of test, or what stands in its place."""

AS_IT_IS = "as it is"


def _noise(films: Films, rng: np.random.Generator) -> Films:
    return rng.integers(0, 256, films.shape, dtype=np.uint8)


def _blank(films: Films, rng: np.random.Generator) -> Films:  # noqa: ARG001
    levels = np.linspace(0, 255, len(films)).round().astype(np.uint8)
    return np.broadcast_to(levels[:, None, None, None], films.shape).copy()


ALTERED: Mapping[str, Callable[[Films, np.random.Generator], Films]] = {
    "inverted": lambda films, _: 255 - films,
    "on its side": lambda films, _: _turned(films, 1),
    "upside down": lambda films, _: films[:, ::-1, ::-1],
    "noise": _noise,
    "blank": _blank,
}
"""What is made of radiographs of test to be found: its name and how."""


def describe_films(
    model: Any, images: "RadiographArray", rows: pd.DataFrame, most: int, batch_size: int
) -> tuple[NDArray[np.intp], dict[str, NDArray[np.float64]]]:
    """Describe radiographs of train by all that others are compared by.

    Args:
        model: A trained model.
        images: uint8 (n, height, width, 1) of train.
        rows: Columns radiograph_id and patient_id, in the same order; repeats are left out.
        most: Radiographs at most, evenly spread.
        batch_size: Radiographs at a time.

    Returns:
        Positions of the described rows, (k,); and each of `distances.KINDS` to its numbers, one
        row each.
    """
    once = np.flatnonzero(~rows[Column.RADIOGRAPH_ID].duplicated())
    chosen = once[np.linspace(0, len(once) - 1, min(most, len(once))).round().astype(np.intp)]
    parts = list(_described(model, _Chosen(images, chosen), batch_size, "describing train"))
    return chosen, {
        kind: np.concatenate([found[kind] for found in parts]).astype(np.float64)
        for kind in parts[0]
    }


def measure_films(
    model: Any,
    reference: Reference,
    images: "RadiographArray",
    rows: pd.DataFrame,
    batch_size: int,
    title: str,
) -> pd.DataFrame:
    """Measure how far each radiograph lies from train.

    Args:
        model: The model that the reference is of.
        reference: What train looks like.
        images: uint8 (n, height, width, 1).
        rows: Columns radiograph_id and patient_id, in the same order.
        batch_size: Radiographs at a time.
        title: What the progress line calls the work.

    Returns:
        The rows with the columns that `distances.measure` gives.
    """
    parts = [
        pd.DataFrame(measure(reference, numbers, orientations(numbers[LAYOUT])))
        for numbers in _described(model, images, batch_size, title)
    ]
    measured = pd.concat(parts, ignore_index=True)
    return pd.concat([rows[KEPT].reset_index(drop=True), measured], axis=1)


def measure_altered(
    model: Any,
    reference: Reference,
    images: "RadiographArray",
    rows: pd.DataFrame,
    most: int,
    batch_size: int,
    seed: int,
) -> pd.DataFrame:
    """Measure radiographs of test as they are, and some of them in each way of `ALTERED`.

    Args:
        model: The model that the reference is of.
        reference: What train looks like.
        images: uint8 (n, height, width, 1) of test.
        rows: Columns radiograph_id and patient_id, in the same order.
        most: Radiographs at most that are altered, evenly spread.
        batch_size: Radiographs at a time.
        seed: Seed of the noise.

    Returns:
        As `measure_films`, and the column `film`.
    """
    chosen = np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(np.intp)
    plain = measure_films(model, reference, images, rows, batch_size, "measuring test")
    tables = [plain.assign(**{FILM: AS_IT_IS})]
    for name, alter in ALTERED.items():
        changed = alter(images[chosen], np.random.default_rng(seed))
        title = f"measuring test, {name}"
        found = measure_films(model, reference, changed, rows.iloc[chosen], batch_size, title)
        tables.append(found.assign(**{FILM: name}))
    return pd.concat(tables, ignore_index=True)


class _Chosen:
    """Some of the radiographs, read where they are asked for."""

    def __init__(self, images: "RadiographArray", chosen: NDArray[np.intp]) -> None:
        self._images, self._chosen = images, chosen
        self.shape = (len(chosen), *images.shape[1:])

    def __getitem__(self, indices: NDArray[np.intp], /) -> Films:
        return self._images[self._chosen[indices]]


def _described(
    model: Any, images: "RadiographArray", batch_size: int, title: str
) -> Iterable[dict[str, NDArray[Any]]]:
    from pneumoscope.models.scoring import score_and_describe

    for films, _, features in score_and_describe(model, images, batch_size, title):
        yield {**describe(films), FEATURES: features}


def _turned(films: Films, quarters: int) -> Films:
    """Turn films, squeezed to their former shape where they are not square."""
    import cv2

    height, width = films.shape[1:3]
    turned = np.rot90(films[..., 0], quarters, axes=(1, 2))
    squeezed = [cv2.resize(np.ascontiguousarray(film), (width, height)) for film in turned]
    return np.stack(squeezed).astype(np.uint8, copy=False)[..., np.newaxis]
