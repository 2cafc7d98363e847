"""What one protocol of a study gave: its models, scored and measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.studies.records import MetricEstimates


@dataclass(frozen=True)
class Arm:
    """One protocol of a study.

    Attributes:
        scores: Model to its scores on validation and test.
        metrics: Model to its metrics.
        trained_on: Patients of the training part.
        flaws: The biases that its split has, in sentences.
    """

    scores: Mapping[str, pd.DataFrame]
    metrics: Mapping[str, ModelMetrics]
    trained_on: frozenset[str]
    flaws: Sequence[str]

    @property
    def classifiers(self) -> dict[str, "Classifier"]:
        """Each model with its locked threshold, by name."""
        return {
            name: Classifier(name, scores, self.metrics[name].operating_point.threshold)
            for name, scores in self.scores.items()
        }

    @property
    def has_patient_leakage(self) -> bool:
        """Whether a patient of test is in train too."""
        scores = next(iter(self.scores.values()))
        tested = scores.loc[scores[Column.SPLIT] == Split.TEST, Column.PATIENT_ID]
        return bool(tested.isin(self.trained_on).any())


@dataclass(frozen=True)
class Classifier:
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

    def measured(
        self, split: Split, metrics: Sequence[Metric], options: EvaluationOptions
    ) -> MetricEstimates:
        """Return some of its metrics on one split, with intervals over patients."""
        found = estimate_metrics(self.on(split), self.threshold, options)
        return {metric: found[metric] for metric in metrics}


def training_patients(splits: pd.DataFrame, manifest: pd.DataFrame) -> frozenset[str]:
    """Return the patients with a radiograph in train.

    Args:
        splits: Columns radiograph_id and split.
        manifest: One row per radiograph.
    """
    trained = splits.loc[splits[Column.SPLIT] == Split.TRAIN, Column.RADIOGRAPH_ID]
    known = manifest[manifest[Column.RADIOGRAPH_ID].isin(trained)]
    return frozenset(known[Column.PATIENT_ID])
