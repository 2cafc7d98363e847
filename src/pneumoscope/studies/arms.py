"""What one protocol of a study gave: its models, scored and measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Column, Split


@dataclass(frozen=True)
class Arm:
    """One protocol of a study.

    Attributes:
        scores: Model to its scores on validation and test.
        metrics: Model to its metrics.
        trained_on: Patients of the training part.
        flaws: What the protocol flatters, in sentences.
    """

    scores: Mapping[str, pd.DataFrame]
    metrics: Mapping[str, ModelMetrics]
    trained_on: frozenset[str]
    flaws: Sequence[str]


@dataclass(frozen=True)
class Reader:
    """A model with a threshold: what turns radiographs into answers.

    Attributes:
        name: What tables call it.
        scores: Its scores on validation and test.
        threshold: A score of at least this is called PNEUMONIA.
    """

    name: str
    scores: pd.DataFrame
    threshold: float

    def on(self, split: Split) -> pd.DataFrame:
        """Return the scores on one split, in the order of the radiographs' names."""
        rows = self.scores[self.scores[Column.SPLIT] == split]
        return rows.sort_values(Column.RADIOGRAPH_ID, ignore_index=True)


def readers(arm: Arm) -> dict[str, Reader]:
    """Return each model of an arm with its locked threshold, by name."""
    return {
        name: Reader(name, scores, arm.metrics[name].operating_point.threshold)
        for name, scores in arm.scores.items()
    }


def training_patients(splits: pd.DataFrame, manifest: pd.DataFrame) -> frozenset[str]:
    """Return the patients with a radiograph in train.

    Args:
        splits: Columns radiograph_id and split.
        manifest: One row per radiograph.
    """
    trained = splits.loc[splits[Column.SPLIT] == Split.TRAIN, Column.RADIOGRAPH_ID]
    known = manifest[manifest[Column.RADIOGRAPH_ID].isin(trained)]
    return frozenset(known[Column.PATIENT_ID])
