"""Each protocol's models collected, and the study measured over all of them."""

from typing import Any

import pandas as pd

from pneumoscope.arrays import named
from pneumoscope.options import EvaluationOptions, StudyOptions
from pneumoscope.splitting.records import SplitAudit
from pneumoscope.studies.arms import Arm, training_patients
from pneumoscope.studies.measure import measure_study as measure
from pneumoscope.studies.records import StudyFindings


def collect_arm(
    splits: pd.DataFrame, manifest: pd.DataFrame, split_audit: SplitAudit, **collected: Any
) -> Arm:
    """Collect what one protocol gave.

    Args:
        splits: Its splits.
        manifest: The manifest of all radiographs.
        split_audit: The audit of its splits.
        **collected: `scores_<model>` and `metrics_<model>` of each of its models.
    """
    return Arm(
        scores=named("scores_", collected),
        metrics=named("metrics_", collected),
        trained_on=training_patients(splits, manifest),
        flaws=split_audit.flaws,
    )


def measure_study(study: StudyOptions, evaluation: EvaluationOptions, **arms: Arm) -> StudyFindings:
    """Judge the study's target and measure the bias of its protocol; arms by name."""
    return measure(study, evaluation, {name: arms[name] for name in study.arms})
