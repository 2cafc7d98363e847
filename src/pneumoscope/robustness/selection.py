"""A few films that stand for many: even between the classes, spread over the patients."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.naming import Column, Label


def spread_evenly(rows: pd.DataFrame, most: int) -> NDArray[np.intp]:
    """Choose films, as many of each class as there are; a second of a patient comes last.

    Args:
        rows: Columns label and patient_id.
        most: At most so many are chosen.

    Returns:
        Positions in `rows`, ascending; the same for the same rows.
    """
    members = {label: np.flatnonzero(rows[Column.LABEL] == label) for label in Label}
    quotas = _quotas([len(positions) for positions in members.values()], most)
    chosen = [
        _spread(positions, rows[Column.PATIENT_ID].iloc[positions], quota)
        for positions, quota in zip(members.values(), quotas, strict=True)
    ]
    return np.sort(np.concatenate(chosen))


def _quotas(available: list[int], most: int) -> list[int]:
    """Halve `most`; what one class cannot fill goes to the other."""
    first, second = available
    share = min(first, max(most // 2, most - second))
    return [share, min(second, most - share)]


def _spread(positions: NDArray[np.intp], patients: pd.Series, quota: int) -> NDArray[np.intp]:
    turn = patients.groupby(patients.to_numpy()).cumcount().to_numpy()
    chosen: list[NDArray[np.intp]] = [positions[:0]]
    for number in np.unique(turn):
        layer = positions[turn == number]
        take = min(len(layer), quota - sum(map(len, chosen)))
        chosen.append(layer[np.linspace(0, len(layer) - 1, take).round().astype(int)])
    return np.concatenate(chosen)
