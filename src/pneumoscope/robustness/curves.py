"""How good a model stays while films grow worse."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pneumoscope.naming import Column, Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness.drops import Baseline
from pneumoscope.robustness.variants import AS_IT_IS, DEGRADED_BY, STRENGTH, VARIANT
from pneumoscope.robustness.wording import cannot_be_said, metric_word

WATCHED = (Metric.AUROC, Metric.SENSITIVITY, Metric.SPECIFICITY)


def measure_curves(
    scores: pd.DataFrame,
    threshold: float,
    tolerance: float,
    options: EvaluationOptions,
) -> dict:
    """Measure the degraded films at every strength, and say where a metric falls.

    Args:
        scores: Columns radiograph_id, patient_id, label, variant, strength and score; the
            degraded films are among those as they are, in the same order.
        threshold: A score of at least this is predicted PNEUMONIA.
        tolerance: A fall beyond this is named if its interval lies above 0.
        options: Confidence of intervals.

    Returns:
        films, patients, as_it_is (metrics of the same films) and curves: by degradation its
        points (strength and metrics with `fall`) from mild to harsh, and a verdict. Plain
        values, for JSON.
    """
    degraded = scores[scores[VARIANT].isin(DEGRADED_BY)]
    films = _undegraded(scores, degraded)
    baseline = Baseline(films, threshold, options)
    whole = baseline.measured
    points: dict[str, list[dict]] = {}
    for (name, strength), rows in degraded.groupby([VARIANT, STRENGTH], sort=False):
        measured = {"strength": float(str(strength)), **baseline.compare(rows)}
        points.setdefault(str(name), []).append(measured)
    return {
        "films": len(films),
        "patients": int(films[Column.PATIENT_ID].nunique()),
        "as_it_is": whole,
        "curves": {
            name: {"points": found, "verdict": _verdict(whole, found, tolerance)}
            for name, found in points.items()
        },
    }


def _undegraded(scores: pd.DataFrame, degraded: pd.DataFrame) -> pd.DataFrame:
    chosen = scores[Column.RADIOGRAPH_ID].isin(degraded[Column.RADIOGRAPH_ID])
    return scores[chosen & (scores[VARIANT] == AS_IT_IS)]


def _verdict(whole: Mapping[str, Any], points: Sequence[Mapping[str, Any]], limit: float) -> str:
    unknown = [metric for metric in WATCHED if points[0][metric]["fall"]["low"] is None]
    if len(unknown) == len(WATCHED):
        return cannot_be_said(points[0][Metric.AUROC])
    falls = [fall for metric in WATCHED if (fall := _first_fall(metric, whole, points, limit))]
    if not falls:
        return f"Nothing surely falls by more than {limit:g} at any strength tried."
    return f"{'; '.join(falls)}."


def _first_fall(
    metric: str, whole: Mapping[str, Any], points: Sequence[Mapping[str, Any]], limit: float
) -> str | None:
    for point in points:
        fall = point[metric]["fall"]
        if fall["low"] is not None and fall["low"] > 0 and fall["value"] > limit:
            return (
                f"{metric_word(metric)} falls from {whole[metric]['value']:.2f} to "
                f"{point[metric]['value']:.2f} at {point['strength']:g}"
            )
    return None
