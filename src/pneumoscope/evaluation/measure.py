"""Scores measured at an operating point that validation alone has chosen."""

import pandas as pd

from pneumoscope.evaluation.calibration.measure import measure_calibration
from pneumoscope.evaluation.conformal import measure_conformal
from pneumoscope.evaluation.consequences import measure_decisions
from pneumoscope.evaluation.metric_estimates import estimate_metrics
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy, SplitMetrics
from pneumoscope.evaluation.subgroups import measure_subgroups
from pneumoscope.evaluation.thresholds.deferral import measure_grey_zone
from pneumoscope.evaluation.thresholds.operating_points import lock_threshold, operating_points
from pneumoscope.naming import Column
from pneumoscope.options import EvaluationOptions

_LOCKED = "locked"


def evaluate(
    scores: pd.DataFrame,
    scored_by: ScoredBy,
    manifest: pd.DataFrame,
    split_audit: dict,
    options: EvaluationOptions,
    seed: int,
) -> ModelMetrics:
    """Choose the threshold on validation, then measure every split at it, unchanged.

    Args:
        scores: Columns radiograph_id, patient_id, label, subtype, split and score.
        scored_by: Which model gave them.
        manifest: The manifest of all radiographs.
        split_audit: Policy and flaws of the split, repeated beside the numbers.
        options: Rule for the threshold, and the bootstrap.
        seed: Seed of the bootstrap.
    """
    point = lock_threshold(scores, options.threshold)
    return ModelMetrics(
        model=scored_by,
        protocol=split_audit["policy"],
        flaws=split_audit["flaws"],
        operating_point=point,
        operating_points=operating_points(scores, options, seed),
        calibration=measure_calibration(scores, options, seed),
        grey_zone=measure_grey_zone(scores, point.threshold, options.grey_zone),
        conformal=measure_conformal(scores, options, seed),
        subgroups=measure_subgroups(scores, manifest, point.threshold, options, seed),
        splits={
            str(split): _measure(rows, point.threshold, options, seed)
            for split, rows in scores.groupby(Column.SPLIT, sort=False)
        },
    )


def _measure(
    rows: pd.DataFrame, threshold: float, options: EvaluationOptions, seed: int
) -> SplitMetrics:
    decided = measure_decisions(rows, {_LOCKED: (threshold, threshold)}, options, seed)[_LOCKED]
    return SplitMetrics(
        n=len(rows),
        patients=int(rows[Column.PATIENT_ID].nunique()),
        confusion=decided.confusion,
        classes=decided.classes,
        metrics=estimate_metrics(rows, threshold, options, seed),
    )
