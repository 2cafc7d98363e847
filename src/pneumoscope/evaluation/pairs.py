"""Every pair of recipes compared on the same radiographs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.evaluation.measured import Measured, paired_difference
from pneumoscope.evaluation.metrics import measure_metrics
from pneumoscope.evaluation.pair import Pair
from pneumoscope.evaluation.ranking import Spread, auroc_spread
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.significance import auroc_p, holm, influence_p, mcnemar_p
from pneumoscope.evaluation.verdict import MARGIN, Verdict, judge
from pneumoscope.naming import Column, Metric
from pneumoscope.options import EvaluationOptions

_PREDICTIONS = (Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)
COMPARED = (Metric.AUROC, *_PREDICTIONS)
"""What pairs are compared by, beside the primary endpoint."""

_NO_TEST = "the difference does not vary between patients, so that it cannot be tested"


@dataclass(frozen=True, eq=False)
class _Read:
    """What one model makes of the radiographs.

    Attributes:
        radiographs: Their names, in order.
        sample: Labels, scores and patients.
        predicted: Shape (n,), true where PNEUMONIA is predicted.
        measured: Every metric.
    """

    radiographs: list[str]
    sample: Sample
    predicted: BoolArray
    measured: Mapping[Metric, Measured]

    @cached_property
    def aurocs(self) -> list[tuple[float, Spread]]:
        """AUROC and spread by patient, and with every radiograph as a patient of its own."""
        count = self.sample.label.size
        apart = replace(self.sample, patient=np.arange(count), patients=count)
        return [auroc_spread(self.sample), auroc_spread(apart)]

    @cached_property
    def right(self) -> FloatArray:
        """Shape (n,), 1 where the prediction is right."""
        return np.asarray(self.predicted == self.sample.label, dtype=np.float64)


def compare_pairs(
    scores: Mapping[str, pd.DataFrame],
    thresholds: Mapping[str, float],
    options: EvaluationOptions,
    pairs: Sequence[tuple[str, str]] | None = None,
) -> list[Pair]:
    """Compare pairs of models by each metric, corrected after Holm.

    Each metric is a family of its own in the correction; only the primary endpoint was named
    beforehand.

    Args:
        scores: Model to the rows of one split: radiograph_id, patient_id, label and score.
        thresholds: Model to its locked threshold.
        options: Primary endpoint and confidence.
        pairs: The models of each pair; None for every pair of them.

    Raises:
        ValueError: If two models scored different radiographs.
    """
    read = {name: _read(rows, thresholds[name], options) for name, rows in scores.items()}
    metrics = dict.fromkeys([options.primary_endpoint, *COMPARED])
    named = list(combinations(read, 2)) if pairs is None else list(pairs)
    found: list[Pair] = []
    for metric in metrics:
        family = [
            _compare((a, b), (read[a], read[b]), metric, options.confidence) for a, b in named
        ]
        corrected = holm([pair.p for pair in family])
        found += [
            replace(pair, p_holm=p, verdict=_verdict(pair, p, len(family), options.confidence))
            for pair, p in zip(family, corrected, strict=True)
        ]
    return found


def _read(rows: pd.DataFrame, threshold: float, options: EvaluationOptions) -> _Read:
    ordered = rows.sort_values(Column.RADIOGRAPH_ID)
    sample = Sample.of_rows(ordered)
    return _Read(
        ordered[Column.RADIOGRAPH_ID].tolist(),
        sample,
        sample.score >= threshold,
        measure_metrics(sample, threshold, options),
    )


def _compare(
    names: tuple[str, str], read: tuple[_Read, _Read], metric: Metric, confidence: float
) -> Pair:
    first, second = read
    if first.radiographs != second.radiographs:
        raise ValueError(
            f"expected {names[0]} and {names[1]} to have scored the same radiographs, received "
            f"{len(first.radiographs)} and {len(second.radiographs)} that differ; run the "
            "evaluation of both on the same splits"
        )
    one, other = first.measured[metric], second.measured[metric]
    difference = paired_difference(one, other, confidence)
    p, independent = (None, None) if difference.value is None else _test(metric, first, second)
    return Pair(
        *names,
        metric,
        one.estimate.value,
        other.estimate.value,
        difference.value,
        difference.low,
        difference.high,
        p,
        independent,
        reason=difference.reason or (_NO_TEST if p is None else None),
    )


def _test(metric: Metric, first: _Read, second: _Read) -> tuple[float | None, float | None]:
    """Return the p values over patients, and with every radiograph as independent."""
    if metric is Metric.AUROC:
        p, independent = map(auroc_p, first.aurocs, second.aurocs)
        return p, independent
    if metric not in _PREDICTIONS:
        return influence_p(first.measured[metric], second.measured[metric]), None
    label = first.sample.label
    of_class = {Metric.SENSITIVITY: label, Metric.SPECIFICITY: ~label}
    counted = of_class.get(metric, np.ones_like(label))
    apart = (first.right - second.right) * counted
    return mcnemar_p(first.sample.by_patient(apart)), mcnemar_p(apart)


def _verdict(pair: Pair, p_holm: float | None, pairs: int, confidence: float) -> Verdict:
    """Say what a difference shows: the one rule that all words about a pair rest on."""
    bounds = pair.estimate.bounds
    excludes = bounds is not None and (bounds[0] > 0 or bounds[1] < 0)
    if excludes and p_holm is not None and p_holm < 1 - confidence:
        return Verdict.SHOWN
    small = judge(pair.estimate, MARGIN, claims=pairs) is Verdict.SMALL
    return Verdict.SMALL if small else Verdict.OPEN
