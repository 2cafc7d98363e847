"""A learning curve, typed: `08_reporting/learning_curve/<model>.json` is its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pneumoscope.evaluation.estimate import Estimate


@dataclass(frozen=True)
class Point:
    """Models trained on one part of train, the mean over seeds.

    Attributes:
        share: Of the patients of train.
        patients: In the part.
        radiographs: Rows of the part, repeats counted.
        aurocs: Part of validation to the AUROC, with an interval over its patients and over seeds.
        left: Part of validation to the AUROC with all patients of train minus this one, paired by
            patient and by seed; empty of all patients themselves.
    """

    share: float
    patients: int
    radiographs: int
    aurocs: Mapping[str, Estimate]
    left: Mapping[str, Estimate]


@dataclass(frozen=True)
class LearningCurve:
    """One recipe on nested parts of train, measured on validation; never on test.

    Attributes:
        model: The block of the recipe.
        films: SHA-256 of train, as in a training record.
        seeds: How many orders of the patients, each with a seed of training of its own.
        confidence: Coverage of the intervals.
        synthetic: Whether any of the radiographs is a phantom.
        points: By share, ascending; the last is of all patients.
    """

    model: str
    films: str
    seeds: int
    confidence: float
    synthetic: bool
    points: Sequence[Point]
