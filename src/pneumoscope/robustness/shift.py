"""How far test lies from train, and how far the classes come apart without a lung."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.score_arrays import labels_of
from pneumoscope.naming import Column, Label, Metric, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness import domain_classifier as telling
from pneumoscope.robustness.features import FEATURES, FILE_FEATURES, PIXEL_FEATURES
from pneumoscope.robustness.verdicts import alone_verdict, shift_verdict

SETS: dict[str, list[str]] = {
    "all numbers": list(FEATURES),
    "pixels": list(PIXEL_FEATURES),
    "file": list(FILE_FEATURES),
}
"""Features by where they are read: a model sees pixels; a file shows only by its traces there."""

KNOWN = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)


@dataclass(frozen=True)
class Films:
    """One split.

    Attributes:
        rows: Columns radiograph_id, patient_id and label.
        features: The numbers of each film, in the same order.
    """

    rows: pd.DataFrame
    features: pd.DataFrame

    def of(self, label: str) -> "Films":
        """Return the films of one class."""
        return self.where((self.rows[Column.LABEL] == label).to_numpy())

    def once(self) -> "Films":
        """Return each film once; oversampling repeats some."""
        return self.where(~self.rows[Column.RADIOGRAPH_ID].duplicated().to_numpy())

    def where(self, mask: telling.BoolArray) -> "Films":
        """Return the films where `mask`, shape (n,), is true."""
        return Films(self.rows[mask], self.features[mask])

    @property
    def counted(self) -> dict[str, int]:
        """Films and patients."""
        patients = self.rows[Column.PATIENT_ID].nunique()
        return {"films": len(self.rows), "patients": int(patients)}


def measure_shift(films: Mapping[Split, Films], options: EvaluationOptions, seed: int) -> dict:
    """Tell test from train, class by class, and the classes from each other, by simple numbers.

    Validation, cut from the source of train, is compared too: the control that should show
    nothing.

    Args:
        films: Train, validation and test.
        options: Confidence of intervals.
        seed: Seed of the folds.

    Returns:
        `classes`: by class and split (validation, test) what `_compare` gives;
        `features_alone`: by set of features and split how well a classifier fitted on train
        tells PNEUMONIA from NORMAL, and a verdict. Plain values, for JSON.

    Source: classifier two-sample test, Lopez-Paz and Oquab 2017.
    """
    train = films[Split.TRAIN].once()
    others = {split: films[split].once() for split in (Split.VALIDATION, Split.TEST)}
    alone = {name: _alone(train, others, names, options, seed) for name, names in SETS.items()}
    return {
        "classes": {
            str(label): {
                str(split): _compare(train.of(label), other.of(label), split, label, options, seed)
                for split, other in others.items()
            }
            for label in Label
        },
        "features_alone": {**alone, "verdict": alone_verdict(alone["all numbers"])},
    }


def _compare(
    train: Films, other: Films, split: Split, label: Label, options: EvaluationOptions, seed: int
) -> dict[str, Any]:
    rows = pd.concat([train.rows, other.rows])
    features = pd.concat([train.features, other.features])
    group = np.repeat([False, True], [len(train.rows), len(other.rows)])
    patient = rows[Column.PATIENT_ID].to_numpy(dtype=str)
    reason = telling.too_few(group, patient, (Split.TRAIN, split))
    found: dict[str, Any] = {Split.TRAIN.value: train.counted, split.value: other.counted}
    for name, names in SETS.items():
        if reason:
            found[name] = {"value": None, "low": None, "high": None, "reason": reason}
            continue
        ranks = telling.ranks_within(*telling.held_out(features[names], group, patient, seed))
        found[name] = telling.estimate_auroc(group, ranks, patient, options)
    found["telling"] = [] if reason else telling.single_strengths(features, group)
    return {**found, "verdict": shift_verdict(found, split, label)}


def _alone(
    train: Films,
    others: Mapping[Split, Films],
    names: list[str],
    options: EvaluationOptions,
    seed: int,
) -> dict[str, dict]:
    group = labels_of(train.rows)
    patient = train.rows[Column.PATIENT_ID].to_numpy(dtype=str)
    if reason := telling.too_few(group, patient, (Label.NORMAL, Label.PNEUMONIA)):
        unknown = {"value": None, "low": None, "high": None, "reason": reason}
        return {str(split): dict.fromkeys(map(str, KNOWN), unknown) for split in Split}
    train_scores, _ = telling.held_out(train.features[names], group, patient, seed)
    scores = {Split.TRAIN: (train, train_scores)} | {
        split: (other, telling.probabilities(train.features[names], group, other.features[names]))
        for split, other in others.items()
    }
    return {str(split): _measured(part, score, options) for split, (part, score) in scores.items()}


def _measured(
    films: Films, score: telling.FloatArray, options: EvaluationOptions
) -> dict[str, dict]:
    found = estimate_metrics(films.rows.assign(**{Column.SCORE: score}), 0.5, options)
    return {str(metric): asdict(found[metric]) for metric in KNOWN}
