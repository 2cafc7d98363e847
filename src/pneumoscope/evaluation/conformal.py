"""Conformal prediction: sets of classes with a nominal coverage of the true one."""

from dataclasses import dataclass
from math import ceil, nextafter

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.metrics import measure_metrics
from pneumoscope.evaluation.records import Conformal, ConformalCoverage
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.score_arrays import checked_labels, checked_scores, labels_of, scores_of
from pneumoscope.naming import Column, Label, Metric, Split
from pneumoscope.options import EvaluationOptions

_ROUNDING = 1e-9


@dataclass(frozen=True)
class ConformalSets:
    """Which classes a score allows; where both, the radiograph is one for a human.

    Attributes:
        lowest_pneumonia: A score of at least this allows PNEUMONIA.
        highest_normal: A score of at most this allows NORMAL.
        reason: Why a class is always allowed; None when validation bounds both.
    """

    lowest_pneumonia: float
    highest_normal: float
    reason: str | None = None


def fit_conformal(label: ArrayLike, score: ArrayLike, coverage: float) -> ConformalSets:
    """Bound the scores of each class so that a new radiograph of it falls within.

    For radiographs exchangeable with these, the share of each class whose set holds it is at
    least `coverage`. A shift, or several radiographs of one child, voids the promise.

    Args:
        label: Shape (n,), 1 for PNEUMONIA; of the validation split.
        score: Shape (n,), in [0, 1].
        coverage: In (0, 1), for each class.

    Raises:
        ValueError: If labels, scores or coverage are impossible.

    Source: Vovk 2012, arXiv:1209.2673 (class-conditional); Sadinle, Lei and Wasserman 2019,
        doi:10.1080/01621459.2017.1395341.
    """
    if not 0 < coverage < 1:
        raise ValueError(f"expected a coverage in (0, 1), received {coverage}; 0.9 is usual")
    labels = checked_labels(label)
    scores = checked_scores(score, labels.size)
    strange = {Label.PNEUMONIA: 1 - scores[labels], Label.NORMAL: scores[~labels]}
    bounds = {name: _bound(values, coverage) for name, values in strange.items()}
    scarce = [f"{len(strange[name])} {name}" for name, bound in bounds.items() if bound is None]
    reason = f"validation has only {' and '.join(scarce)}" if scarce else None
    pneumonia, normal = (1.0 if bound is None else bound for bound in bounds.values())
    # 1 - (1 - s) can come out above s, which would shut out the score that sets the bound.
    lowest = float(scores[labels & (1 - scores <= pneumonia)].min(initial=1.0))
    return ConformalSets(0.0 if bounds[Label.PNEUMONIA] is None else lowest, normal, reason)


def measure_conformal(scores: pd.DataFrame, options: EvaluationOptions) -> Conformal:
    """Fit sets on validation and measure on every split what they hold.

    Args:
        scores: Columns patient_id, label, split and score.
        options: The coverage to promise, and the confidence of intervals.
    """
    validation = scores[scores[Column.SPLIT] == Split.VALIDATION]
    promised = options.grey_zone.coverage
    sets = fit_conformal(labels_of(validation), scores_of(validation), promised)
    return Conformal(
        promised,
        sets.lowest_pneumonia,
        sets.highest_normal,
        sets.reason,
        {
            str(split): measure_coverage(rows, sets, options)
            for split, rows in scores.groupby(Column.SPLIT, sort=False)
        },
    )


def _bound(strangeness: FloatArray, coverage: float) -> float | None:
    """Return the strangeness below which the class is allowed, None where nothing bounds it."""
    rank = ceil((strangeness.size + 1) * coverage - _ROUNDING)
    return float(np.sort(strangeness)[rank - 1]) if rank <= strangeness.size else None


def measure_coverage(
    rows: pd.DataFrame, sets: ConformalSets | Conformal, options: EvaluationOptions
) -> ConformalCoverage:
    """Measure what sets that were fitted elsewhere hold on one split.

    Args:
        rows: Columns patient_id, label and score.
        sets: The bounds of each class.
        options: Confidence.
    """
    score = scores_of(rows)
    pneumonia, normal = score >= sets.lowest_pneumonia, score <= sets.highest_normal
    # PNEUMONIA is held where it is found at the lowest score that allows it, NORMAL where it
    # stays below the first score that no longer does: sensitivity and specificity there.
    above = nextafter(sets.highest_normal, 2.0)
    sample = Sample.of_rows(rows)
    bounds = {Metric.SENSITIVITY: sets.lowest_pneumonia, Metric.SPECIFICITY: above}
    found, spared = (
        measure_metrics(sample, bound, options, [metric])[metric].estimate
        for metric, bound in bounds.items()
    )
    return ConformalCoverage(
        {Label.PNEUMONIA: found, Label.NORMAL: spared},
        one=_share(pneumonia ^ normal),
        both=_share(pneumonia & normal),
        neither=_share(~pneumonia & ~normal),
    )


def _share(chosen: BoolArray) -> float:
    return float(chosen.mean())
