"""Robustness curves: metrics against the strength of each degradation."""

from collections.abc import Sequence

import pandas as pd

from pneumoscope.evaluation.verdict import Verdict, judge_excess
from pneumoscope.naming import Column, Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness import drops
from pneumoscope.robustness.records import Curve, Degradations, Metrics, Strength
from pneumoscope.robustness.variants import AS_IT_IS, DEGRADED_BY, STRENGTH, VARIANT
from pneumoscope.robustness.wording import cannot_be_told, short

WATCHED = (Metric.AUROC, Metric.SENSITIVITY, Metric.SPECIFICITY)


def measure_curves(
    scores: pd.DataFrame, threshold: float, tolerance: float, options: EvaluationOptions
) -> Degradations:
    """Measure the degraded films at every strength, and say where a metric drops.

    Args:
        scores: Columns radiograph_id, patient_id, label, variant, strength and score; the
            degraded films are among those as they are, in the same order.
        threshold: A score of at least this is predicted PNEUMONIA.
        tolerance: A drop beyond this is named where one is shown.
        options: Confidence.
    """
    degraded = scores[scores[VARIANT].isin(DEGRADED_BY)]
    films = _undegraded(scores, degraded)
    whole = drops.measure(films, threshold, options)
    points: dict[str, list[Strength]] = {}
    for (name, strength), rows in degraded.groupby([VARIANT, STRENGTH], sort=False):
        altered = drops.compare(films, rows, threshold, options)
        points.setdefault(str(name), []).append(Strength(float(str(strength)), altered))
    curves = {
        name: Curve(found, _verdict(whole, found, tolerance)) for name, found in points.items()
    }
    return Degradations(drops.count(films), whole, curves)


def _undegraded(scores: pd.DataFrame, degraded: pd.DataFrame) -> pd.DataFrame:
    chosen = scores[Column.RADIOGRAPH_ID].isin(degraded[Column.RADIOGRAPH_ID])
    return scores[chosen & (scores[VARIANT] == AS_IT_IS)]


def _verdict(whole: Metrics, points: Sequence[Strength], limit: float) -> str:
    known = [metric for metric in WATCHED if points[0].altered.drops[metric].bounds is not None]
    if not known:
        return cannot_be_told(points[0].altered.drops[Metric.AUROC])
    findings, left_open = [], []
    for metric in known:
        first = _first_drop(metric, points, limit)
        if first is not None:
            findings.append(
                f"{metric.label} drops from {short(whole[metric].value)} to "
                f"{short(first.altered.metrics[metric].value)} at {first.strength:g}"
            )
        elif any(_judge(metric, point, limit) is not Verdict.SMALL for point in points):
            left_open.append(metric.label)
    if not findings and not left_open:
        return f"No metric drops by more than {limit:g} at any strength tried."
    if left_open:
        findings.append(f"whether {', '.join(left_open)} may drop by {limit:g} cannot be told")
    return f"{'; '.join(findings)}."


def _first_drop(metric: Metric, points: Sequence[Strength], limit: float) -> Strength | None:
    """Return the mildest strength at which a drop is shown, as at all harsher ones.

    The harshest is judged first and a milder one only where all before it drop, so that however
    many strengths are tried, chance has one occasion a metric (fixed-sequence testing).
    """
    first = None
    for point in reversed(points):
        drop = point.altered.drops[metric].value
        if drop is None or drop <= limit or _judge(metric, point, limit) is not Verdict.SHOWN:
            break
        first = point
    return first


def _judge(metric: Metric, point: Strength, limit: float) -> Verdict:
    return judge_excess(point.altered.drops[metric], limit, len(WATCHED))
