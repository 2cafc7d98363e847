"""Deferral: what is gained when radiographs near the threshold go to a human."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import expit

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.calibration.recalibration import logits_of
from pneumoscope.evaluation.consequences import consequences
from pneumoscope.evaluation.decisions import confusion
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import paired_difference
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.records import DeferralZone, ZoneOutcome
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.score_arrays import scores_of
from pneumoscope.evaluation.verdict import Verdict, judge
from pneumoscope.naming import Column, Consequence, Split
from pneumoscope.options import EvaluationOptions

GAIN = 0.01
"""A difference of accuracies that matters little."""

_NOTHING = "there is no radiograph"
_ROUNDED = 1e-9
# The report judges the widest zone of a model, and a slide another one.
_CLAIMS = 2


def measure_grey_zone(
    scores: pd.DataFrame, threshold: float, options: EvaluationOptions
) -> dict[str, DeferralZone]:
    """Set zones around the threshold on validation; measure what lies outside on every split.

    Distance is between logits, so that a threshold near 0 or 1 has room on both sides.

    Args:
        scores: Columns patient_id, label, split and score.
        threshold: The locked one; a score of at least this is predicted PNEUMONIA.
        options: Shares of validation to defer, and confidence.

    Returns:
        By share asked for, from 0 up, as text.
    """
    validation = _distance(scores[scores[Column.SPLIT] == Split.VALIDATION], threshold)
    widths = {
        f"{share:g}": _width(validation, share)
        for share in sorted({0.0, *options.grey_zone.shares})
    }
    return {
        share: _zone(scores, threshold, width, options.confidence)
        for share, width in widths.items()
    }


def measure_zone(
    zone: DeferralZone, rows: pd.DataFrame, threshold: float, options: EvaluationOptions
) -> ZoneOutcome:
    """Measure on one split what a zone that was set elsewhere defers.

    Args:
        zone: The zone, around the threshold.
        rows: Columns patient_id, label and score.
        threshold: The locked one.
        options: Confidence.
    """
    if zone.low is None or zone.high is None:
        return _decided(rows, threshold, None, options.confidence)
    middle = _logit(threshold)
    # Bounds near 0 or 1 have lost digits: the wider side is the nearer to what was set.
    width = max(middle - _logit(zone.low), _logit(zone.high) - middle)
    return _decided(rows, threshold, width + _ROUNDED, options.confidence)


def judge_gain(gain: Estimate) -> Verdict:
    """Judge whether deferring changes the accuracy on what is left, upwards or downwards."""
    return judge(gain, GAIN, _CLAIMS)


def deferral_curve(zones: Mapping[str, DeferralZone], split: str) -> pd.DataFrame:
    """Return what each zone does on one split: columns deferred and accuracy, one row a zone."""
    outcomes = [zone.splits[split] for zone in zones.values()]
    return pd.DataFrame(
        {
            "deferred": [outcome.deferred for outcome in outcomes],
            "accuracy": [outcome.consequences[Consequence.ACCURACY].value for outcome in outcomes],
        }
    )


def _zone(
    scores: pd.DataFrame, threshold: float, width: float | None, confidence: float
) -> DeferralZone:
    low, high = (None, None) if width is None else _bounds(threshold, width)
    splits = {
        str(split): _decided(rows, threshold, width, confidence)
        for split, rows in scores.groupby(Column.SPLIT, sort=False)
    }
    return DeferralZone(low, high, splits)


def _decided(
    rows: pd.DataFrame, threshold: float, width: float | None, confidence: float
) -> ZoneOutcome:
    kept = _distance(rows, threshold) > (-1.0 if width is None else width)
    sample = Sample.of_rows(rows)
    right = (sample.score >= threshold) == sample.label
    rest, whole = (
        proportion(sample.by_patient(right & part), sample.by_patient(part), confidence, _NOTHING)
        for part in (kept, np.ones_like(kept))
    )
    counts = confusion(sample.label[kept], sample.score[kept], threshold)
    # Without a zone nothing can differ, whatever other patients would show.
    gain = Estimate(0.0, 0.0, 0.0) if kept.all() else paired_difference(rest, whole, confidence)
    measures = {**consequences(counts), Consequence.ACCURACY: rest.estimate}
    return ZoneOutcome(float(1 - kept.mean()), counts, measures, gain)


def _distance(rows: pd.DataFrame, threshold: float) -> FloatArray:
    # Above every score a threshold can lie just above 1, where no logit is.
    distance: FloatArray = np.abs(logits_of(scores_of(rows)) - _logit(threshold))
    return distance


def _logit(threshold: float) -> float:
    return float(logits_of(np.array([threshold]))[0])


def _width(distances: FloatArray, share: float) -> float | None:
    count = round(share * distances.size)
    return float(np.sort(distances)[count - 1]) if count else None


def _bounds(threshold: float, width: float) -> tuple[float, float]:
    low, high = expit(_logit(threshold) + np.array([-width, width]))
    return float(low), float(high)
