"""Scores measured at an operating point that validation alone has chosen."""

import pandas as pd

from pneumoscope.evaluation.calibration.measure import measure_calibration
from pneumoscope.evaluation.conformal import measure_conformal
from pneumoscope.evaluation.decision_curves import measure_decision_curves
from pneumoscope.evaluation.elsewhere import measure_elsewhere
from pneumoscope.evaluation.lock import Lock
from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.patients import measure_patients
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy, SplitMetrics
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.subgroups import measure_subgroups
from pneumoscope.evaluation.thresholds.deferral import measure_grey_zone
from pneumoscope.evaluation.thresholds.operating_points import operating_points
from pneumoscope.naming import Column
from pneumoscope.options import EvaluationOptions
from pneumoscope.provenance import Sources
from pneumoscope.splitting.records import SplitAudit


def evaluate(
    scores: pd.DataFrame,
    scored_by: ScoredBy,
    lock: Lock,
    manifest: pd.DataFrame,
    split_audit: SplitAudit,
    options: EvaluationOptions,
) -> ModelMetrics:
    """Measure every split at the operating point that was locked on validation.

    Args:
        scores: Columns radiograph_id, patient_id, source, label, subtype, split and score; and
            hard, true for the hard films of validation.
        scored_by: Which model gave them.
        lock: What was fixed before test was scored.
        manifest: The manifest of all radiographs.
        split_audit: Policy and flaws of the split, repeated beside the numbers.
        options: Rules beside the locked one, and confidence.
    """
    point = lock.operating_point
    calibration = measure_calibration(scores, options)
    return ModelMetrics(
        model=scored_by,
        protocol=split_audit.policy.value,
        flaws=split_audit.flaws,
        primary_endpoint=lock.primary_endpoint,
        lock_revision=lock.revision,
        operating_point=point,
        operating_points=operating_points(scores, options),
        calibration=calibration,
        grey_zone=measure_grey_zone(scores, point.threshold, options),
        conformal=measure_conformal(scores, options),
        subgroups=measure_subgroups(scores, manifest, point.threshold, options),
        splits={
            str(split): measure_split(rows, point.threshold, options)
            for split, rows in scores.groupby(Column.SPLIT, sort=False)
        },
        decision_curves=measure_decision_curves(scores, calibration, options),
        elsewhere=measure_elsewhere(scores, point, options),
    )


def measure_split(rows: pd.DataFrame, threshold: float, options: EvaluationOptions) -> SplitMetrics:
    """Measure one split at a threshold, by radiograph and by patient.

    Args:
        rows: Columns patient_id, source, label and score.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence, and bins of the expected calibration error.
    """
    return SplitMetrics(
        n=len(rows),
        patients=int(rows[Column.PATIENT_ID].nunique()),
        sources=Sources.of(rows),
        metrics=estimate_metrics(rows, threshold, options),
        by_patient=measure_patients(Sample.of_rows(rows), threshold, options),
    )
