"""Covariate shift: how far test lies from train, and what its features alone say of the class."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.score_arrays import labels_of
from pneumoscope.naming import Column, FeatureSet, Label, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness import domain_classifier, drops
from pneumoscope.robustness.features import SETS
from pneumoscope.robustness.records import (
    Counted,
    DomainComparison,
    FeatureBaseline,
    Metrics,
    Shift,
)
from pneumoscope.robustness.verdicts import baseline_verdict, shift_verdict


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

    def where(self, mask: BoolArray) -> "Films":
        """Return the films where `mask`, shape (n,), is true."""
        return Films(self.rows[mask], self.features[mask])

    @property
    def counted(self) -> Counted:
        """Films and patients."""
        return drops.count(self.rows)


def measure_shift(films: Mapping[Split, Films], options: EvaluationOptions, seed: int) -> Shift:
    """Measure covariate shift by a domain classifier, class by class, and the feature baseline.

    Validation, cut from the source of train, is compared too: the control that should show
    nothing.

    Args:
        films: Train, validation and test.
        options: Confidence.
        seed: Seed of the folds.
    """
    train = films[Split.TRAIN].once()
    others = {split: films[split].once() for split in (Split.VALIDATION, Split.TEST)}
    classes = {
        label: {
            split: compare_films(train.of(label), other.of(label), split, label, options, seed)
            for split, other in others.items()
        }
        for label in Label
    }
    metrics = {name: _baseline(train, others, names, options, seed) for name, names in SETS.items()}
    verdict = baseline_verdict(metrics[FeatureSet.ALL])
    return Shift(classes, FeatureBaseline(metrics, verdict))


def compare_films(
    train: Films, other: Films, split: str, label: Label, options: EvaluationOptions, seed: int
) -> DomainComparison:
    """Tell films of one class from those of train, by simple numbers.

    Args:
        train: Films of train of that class, each once.
        other: The others of that class.
        split: What the others are called.
        label: The class.
        options: Confidence.
        seed: Seed of the folds.
    """
    features = pd.concat([train.features, other.features])
    group = np.repeat([False, True], [len(train.rows), len(other.rows)])
    patient = pd.concat([train.rows, other.rows])[Column.PATIENT_ID].to_numpy(dtype=str)
    reason = domain_classifier.too_few(group, patient, (Split.TRAIN, split))
    aurocs = {
        name: Estimate(None, reason=reason)
        if reason
        else domain_classifier.domain_auroc(
            features[names], group, patient, options.confidence, seed
        )
        for name, names in SETS.items()
    }
    single = [] if reason else domain_classifier.single_features(features, group)
    verdict = shift_verdict(aurocs, single, split, label)
    return DomainComparison(train.counted, other.counted, aurocs, single, verdict)


def _baseline(
    train: Films,
    others: Mapping[Split, Films],
    names: list[str],
    options: EvaluationOptions,
    seed: int,
) -> dict[Split, Metrics]:
    """Measure how well these numbers tell the classes, on patients that no fit has seen."""
    group = labels_of(train.rows)
    patient = train.rows[Column.PATIENT_ID].to_numpy(dtype=str)
    if reason := domain_classifier.too_few(group, patient, (Label.NORMAL, Label.PNEUMONIA)):
        unknown = dict.fromkeys(drops.KNOWN, Estimate(None, reason=reason))
        return dict.fromkeys(Split, unknown)
    known = train.features[names]
    scores = {
        split: domain_classifier.probabilities(known, group, other.features[names])
        for split, other in others.items()
    }
    held_out, _ = domain_classifier.held_out(known, group, patient, seed)
    return {
        Split.TRAIN: _measured(train, held_out, options),
        **{split: _measured(others[split], score, options) for split, score in scores.items()},
    }


def _measured(films: Films, score: FloatArray, options: EvaluationOptions) -> Metrics:
    return drops.measure(films.rows.assign(**{Column.SCORE: score}), 0.5, options)
