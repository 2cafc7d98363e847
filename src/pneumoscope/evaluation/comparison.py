"""The table of architectures: one row for each and each split, metrics with their intervals."""

from collections.abc import Iterable, Mapping

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics, SplitMetrics
from pneumoscope.evaluation.replicates import REPLICATE_OF
from pneumoscope.naming import Column, Metric, PatientRule, Split

BY_PATIENT = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)
"""Metrics that the table gives by patient, too, under `patient_column`."""


Row = dict[str, object]
"""Column to value."""


def patient_column(rule: PatientRule, metric: Metric) -> str:
    """Return the name of a metric counted by patient: "mean_score_auroc"."""
    return f"{rule}_{metric}"


def comparison_rows(architecture: str, measured: ModelMetrics, replicate_of: str) -> list[Row]:
    """Flatten the metrics of one architecture.

    Args:
        architecture: Its name in the table.
        measured: Its metrics.
        replicate_of: The first architecture of its recipe, which may be itself.

    Returns:
        One dict for each split: architecture, split, n, patients, threshold, every metric with
        its `_low` and `_high`, those of `BY_PATIENT` by each rule likewise, whose replicate it
        is, and last the protocol with its flaws, if it has any.
    """
    return [
        {
            Column.ARCHITECTURE.value: architecture,
            Column.SPLIT.value: split,
            "n": part.n,
            "patients": part.patients,
            "threshold": measured.operating_point.threshold,
            **_flat({metric.value: part.metrics[metric] for metric in Metric}),
            **_flat(_by_patient(part)),
            REPLICATE_OF: replicate_of,
            "protocol": "; ".join([measured.protocol, *measured.flaws]),
        }
        for split, part in measured.splits.items()
    ]


def rank_models(comparison: pd.DataFrame, models: Iterable[str]) -> list[str]:
    """Rank models by their AUROC on validation, the best first: test ranks none.

    Args:
        comparison: Columns architecture, split and auroc.
        models: All names; those of an undefined AUROC come last.
    """
    on_validation = comparison[comparison[Column.SPLIT] == Split.VALIDATION]
    known = on_validation.dropna(subset=[Metric.AUROC])
    best_first = known.sort_values(Metric.AUROC, ascending=False, kind="stable")
    ranked = [str(name) for name in best_first[Column.ARCHITECTURE]]
    return [*ranked, *(name for name in models if name not in ranked)]


def _by_patient(part: SplitMetrics) -> dict[str, Estimate]:
    return {
        patient_column(rule, metric): found.metrics[metric]
        for rule, found in part.by_patient.items()
        for metric in BY_PATIENT
    }


def _flat(estimates: Mapping[str, Estimate]) -> dict[str, float | None]:
    values = {name: estimate.value for name, estimate in estimates.items()}
    ends = {
        f"{name}_{end}": getattr(estimate, end)
        for name, estimate in estimates.items()
        for end in ("low", "high")
    }
    return values | ends
