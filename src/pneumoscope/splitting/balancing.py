"""Training rows rebalanced between the classes; validation and test are never touched."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from pneumoscope.lookup import known_places_of
from pneumoscope.naming import Balance, Column, Split


def balance(splits: pd.DataFrame, manifest: pd.DataFrame, how: Balance, seed: int) -> pd.DataFrame:
    """Rebalance the training rows.

    Args:
        splits: Columns radiograph_id and split.
        manifest: One row per radiograph.
        how: `undersample` drops rows of the larger class at random, `oversample` repeats rows
            of the smaller one, `class_weights` weighs each row by n / (2 × n of its class),
            `none` leaves them.
        seed: Seed of the draw.

    Returns:
        Columns radiograph_id, split and sample_weight (float, 1 unless weighted).
    """
    weighted = splits.assign(**{Column.SAMPLE_WEIGHT: 1.0})
    train = weighted[Column.SPLIT] == Split.TRAIN
    places = known_places_of(weighted[Column.RADIOGRAPH_ID], manifest[Column.RADIOGRAPH_ID])
    labels = manifest[Column.LABEL].iloc[places].set_axis(weighted.index)
    rebalanced = _HOW[how](weighted[train], labels[train], np.random.default_rng(seed))
    return pd.concat([rebalanced, weighted[~train]], ignore_index=True)


def _undersample(rows: pd.DataFrame, labels: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    smallest = labels.value_counts().min()
    kept = [rng.choice(index, smallest, replace=False) for index in _by_class(labels)]
    return rows.loc[np.sort(np.concatenate(kept))]


def _oversample(rows: pd.DataFrame, labels: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    largest = labels.value_counts().max()
    kept = []
    for index in _by_class(labels):
        whole, rest = divmod(largest, len(index))
        kept += [np.tile(index, whole), rng.choice(index, rest, replace=False)]
    return rows.loc[np.sort(np.concatenate(kept))]


def _class_weights(rows: pd.DataFrame, labels: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    del rng
    weights = len(labels) / (labels.nunique() * labels.groupby(labels).transform("size"))
    return rows.assign(**{Column.SAMPLE_WEIGHT: weights.astype(float)})


def _none(rows: pd.DataFrame, labels: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    del labels, rng
    return rows


def _by_class(labels: pd.Series) -> list[np.ndarray]:
    return [group.index.to_numpy() for _, group in labels.groupby(labels)]


_HOW: dict[Balance, Callable[..., pd.DataFrame]] = {
    Balance.UNDERSAMPLE: _undersample,
    Balance.OVERSAMPLE: _oversample,
    Balance.CLASS_WEIGHTS: _class_weights,
    Balance.NONE: _none,
}
