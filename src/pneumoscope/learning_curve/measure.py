"""What each part of train is worth: AUROCs with intervals over patients and over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import Measured, degrees_of_freedom, too_few_patients
from pneumoscope.evaluation.ranking import auroc
from pneumoscope.evaluation.sample import Sample
from pneumoscope.learning_curve.records import LearningCurve, Point
from pneumoscope.models.records import TrainingFilms
from pneumoscope.naming import Column

SHARE, SEED, PATIENTS, RADIOGRAPHS = "share", "seed", "patients", "radiographs"
"""Columns of the scores of a fit: its part of train, and how large that is."""


def measure_curve(
    model: str, scores: Sequence[pd.DataFrame], films: TrainingFilms, confidence: float
) -> LearningCurve:
    """Measure models that were trained on parts of train on parts of validation.

    Args:
        model: The block of the recipe.
        scores: Of each fit: columns patient_id, label, split, score, share, seed, patients and
            radiographs.
        films: All of train.
        confidence: Coverage of the intervals.
    """
    shares: dict[float, list[pd.DataFrame]] = {}
    for one in sorted(scores, key=lambda one: (one[SHARE].iloc[0], one[SEED].iloc[0])):
        shares.setdefault(float(one[SHARE].iloc[0]), []).append(one)
    measured = {share: _by_split(fits) for share, fits in shares.items()}
    whole = measured[max(measured)]
    points = [
        Point(
            share,
            int(fits[0][PATIENTS].iloc[0]),
            round(float(np.mean([fit[RADIOGRAPHS].iloc[0] for fit in fits]))),
            {split: found.mean(confidence, 0.0) for split, found in measured[share].items()},
            {}
            if measured[share] is whole
            else {
                split: (whole[split] - found).mean(confidence, -1.0)
                for split, found in measured[share].items()
            },
        )
        for share, fits in shares.items()
    ]
    synthetic = films.sources.phantoms > 0
    seeds = len(shares[max(shares)])
    return LearningCurve(model, films.sha256, seeds, confidence, synthetic, points)


@dataclass(frozen=True, eq=False)
class _Seeds:
    """A measure by seed: found, shape (seeds,), and influences, shape (seeds, patients)."""

    found: FloatArray
    influences: FloatArray
    reason: str | None

    @classmethod
    def of(cls, measured: Sequence[Measured]) -> "_Seeds":
        reason = next((m.estimate.reason for m in measured if m.estimate.value is None), None)
        values = [np.nan if m.estimate.value is None else m.estimate.value for m in measured]
        return cls(np.array(values), np.stack([m.influence for m in measured]), reason)

    def __sub__(self, other: "_Seeds") -> "_Seeds":
        reason = self.reason or other.reason
        return _Seeds(self.found - other.found, self.influences - other.influences, reason)

    def mean(self, confidence: float, least: float) -> Estimate:
        """Average over seeds; other patients and other seeds would give another mean.

        The interval ends where the measure does: at `least`, and at 1.

        Source: Student's t with Satterthwaite's degrees of freedom, over both variances.
        """
        if self.reason is not None:
            return Estimate(None, reason=self.reason)
        value, seeds = float(self.found.mean()), self.found.size
        influence = self.influences.mean(axis=0)
        patients = influence.size
        if patients < 2:
            return Estimate(value, reason=too_few_patients(patients))
        parts = [(influence, patients)]
        variance = patients / (patients - 1) * float(influence @ influence)
        if seeds > 1:
            chance = (self.found - value) / seeds
            variance += seeds / (seeds - 1) * float(chance @ chance)
            parts.append((chance, seeds))
        freedom = _freedom(parts, variance)
        reach = float(stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(variance))
        return Estimate(value, max(least, value - reach), min(1.0, value + reach))


def _freedom(parts: Sequence[tuple[FloatArray, int]], variance: float) -> float:
    own = [
        (count / (count - 1) * float(moved @ moved)) ** 2 / degrees_of_freedom([(moved, count)])
        for moved, count in parts
    ]
    return max(1.0, variance**2 / sum(own)) if sum(own) > 0 else float(parts[0][1] - 1)


def _by_split(fits: Sequence[pd.DataFrame]) -> Mapping[str, _Seeds]:
    splits = dict.fromkeys(str(split) for fit in fits for split in fit[Column.SPLIT])
    return {
        split: _Seeds.of(
            [auroc(Sample.of_rows(fit[fit[Column.SPLIT] == split]), 0.95) for fit in fits]
        )
        for split in splits
    }
