"""Decision curves: whether acting on a model is worth more than treating all, or nobody."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.calibration.recalibration import at_prevalence, recalibrate
from pneumoscope.evaluation.decisions import RATIOS, count_decisions
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import Measured, mean_of
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.records import Calibration, DecisionCurve, DecisionCurves
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.verdict import widened
from pneumoscope.naming import Column, Consequence, Split
from pneumoscope.options import EvaluationOptions

THRESHOLDS: Sequence[float] = (
    *(round(share / 100, 2) for share in range(1, 11)),
    *(round(share / 100, 2) for share in range(15, 100, 5)),
)
"""Threshold probabilities at which curves are measured, dense where pneumonia is rare."""

NO_MAP = "no calibration map could be fitted, so that scores are no probabilities"
NO_PREVALENCE = "evaluation.prevalences names no prevalence"


def measure_decision_curves(
    scores: pd.DataFrame, calibration: Calibration, options: EvaluationOptions
) -> DecisionCurves:
    """Measure the net benefit of one model on test, for each prevalence of the options.

    Probabilities are those of the map that validation taught, carried over to the prevalence.
    Whoever acts on one of at least the threshold probability holds a missed pneumonia to be
    (1 - threshold) / threshold times as bad as a needless treatment.

    Args:
        scores: Columns patient_id, label, split and score.
        calibration: The map, and the prevalence that it was learnt at.
        options: Prevalences and confidence.

    Source: Vickers and Elkin 2006, doi:10.1177/0272989X06295361; at a stated prevalence, from
        sensitivity and specificity: Vickers, Van Calster and Steyerberg 2019,
        doi:10.1186/s41512-019-0064-7.
    """
    tested = scores[scores[Column.SPLIT] == Split.TEST]
    line, learnt_at = calibration.map, calibration.prevalence
    if line is None or learnt_at is None or not len(tested):
        return DecisionCurves({}, calibration.reason or NO_MAP)
    sample = Sample.of_rows(tested)
    curves = {}
    for prevalence in options.prevalences:
        carried = at_prevalence(line, learnt_at, prevalence)
        probability = recalibrate(sample.score, carried.slope, carried.intercept)
        likely = Sample(sample.label, probability, sample.patient, sample.patients)
        curves[f"{prevalence:g}"] = _curve(likely, prevalence, options.confidence)
    return DecisionCurves(curves, None if curves else NO_PREVALENCE)


def treat_all(threshold: float, prevalence: float) -> float:
    """Return the net benefit of treating everyone; that of treating nobody is 0."""
    return prevalence - (1 - prevalence) * _odds(threshold)


def excess(curve: DecisionCurve, prevalence: float) -> list[Estimate]:
    """Return by how much the model exceeds the better of both policies at each threshold.

    The prevalence is stated and not estimated, so that the policies have no interval of their
    own. Intervals are wide enough to hold at all thresholds at once.

    Args:
        curve: Net benefit of the model.
        prevalence: Share of PNEUMONIA that it is for.
    """
    best = [max(0.0, treat_all(threshold, prevalence)) for threshold in curve.thresholds]
    together = len(curve.thresholds)
    return [
        _above(widened(benefit, together), policy)
        for benefit, policy in zip(curve.net_benefit, best, strict=True)
    ]


def ranges(thresholds: Sequence[float], held: Sequence[bool]) -> list[tuple[float, float]]:
    """Return the first and last threshold of each run of neighbours at which something holds."""
    steps = np.diff(np.concatenate([[0], np.asarray(held, dtype=np.int64), [0]]))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    return [(thresholds[int(a)], thresholds[int(b)]) for a, b in zip(starts, ends, strict=True)]


def curve_table(curve: DecisionCurve, prevalence: float) -> pd.DataFrame:
    """Return a curve as columns threshold, model, low, high and treat_all, to be drawn."""
    benefits = curve.net_benefit
    return pd.DataFrame(
        {
            "threshold": list(curve.thresholds),
            "model": [one.value for one in benefits],
            "low": [one.low for one in benefits],
            "high": [one.high for one in benefits],
            "treat_all": [treat_all(threshold, prevalence) for threshold in curve.thresholds],
        }
    ).astype(float)


def _above(benefit: Estimate, policy: float) -> Estimate:
    return benefit.mapped(lambda value: value - policy)


def _curve(sample: Sample, prevalence: float, confidence: float) -> DecisionCurve:
    benefits = [
        _net_benefit(count_decisions(sample, (cut, cut)), cut, prevalence, confidence).estimate
        for cut in THRESHOLDS
    ]
    return DecisionCurve(THRESHOLDS, benefits)


def _net_benefit(
    counts: FloatArray, threshold: float, prevalence: float, confidence: float
) -> Measured:
    """Return prevalence * sensitivity - odds * (1 - prevalence) * (1 - specificity)."""
    shares: Mapping[Consequence, Measured] = {
        key: proportion(*RATIOS[key].of(counts), confidence, RATIOS[key].undefined)
        for key in (Consequence.SENSITIVITY, Consequence.SPECIFICITY)
    }
    harm = _odds(threshold) * (1 - prevalence)
    gained = shares[Consequence.SENSITIVITY].mapped(lambda found: prevalence * found, prevalence)
    lost = shares[Consequence.SPECIFICITY].mapped(lambda spared: harm * (spared - 1), harm)
    return mean_of(gained, lost).mapped(lambda half: 2 * half, 2.0)


def _odds(threshold: float) -> float:
    return threshold / (1 - threshold)
