"""How much a protocol flatters: the same model under two protocols, its children seen or not."""

from collections.abc import Mapping
from dataclasses import asdict

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metrics import estimate_metrics, metric_differences
from pneumoscope.evaluation.verdict import difference
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.studies.arms import Reader


def differences(
    flattered: Reader, honest: Reader, options: EvaluationOptions
) -> dict[Metric, dict]:
    """Subtract every test metric of one reader from another's, with an interval over patients.

    Where both were tested on the same radiographs they are paired by patient, which takes the
    difficulty of the films out of the comparison; else the two tests count as independent.

    Args:
        flattered: What is expected to be higher.
        honest: What is subtracted.
        options: Confidence and bins.

    Returns:
        By metric `value`, `low`, `high`, `reason` and `paired`; None where undefined.
    """
    first, second = flattered.on(Split.TEST), honest.on(Split.TEST)
    paired = first[Column.RADIOGRAPH_ID].tolist() == second[Column.RADIOGRAPH_ID].tolist()
    found = (
        metric_differences(first, second, (flattered.threshold, honest.threshold), options)
        if paired
        else _unpaired(
            estimate_metrics(first, flattered.threshold, options),
            estimate_metrics(second, honest.threshold, options),
        )
    )
    return {metric: {**asdict(value), "paired": paired} for metric, value in found.items()}


def seen_and_unseen(
    reader: Reader, trained_on: frozenset[str], options: EvaluationOptions
) -> dict[str, dict]:
    """Measure one reader on test films of children that are in train, and on the others.

    Args:
        reader: A model of a split that tears children apart.
        trained_on: Patients of the training part.
        options: Confidence and bins.

    Returns:
        For `seen` and `unseen`: n, patients and, if there are any, metrics with intervals.
    """
    rows = reader.on(Split.TEST)
    known = rows[Column.PATIENT_ID].isin(trained_on)
    return {
        name: {
            "n": len(part),
            "patients": int(part[Column.PATIENT_ID].nunique()),
            "metrics": _plain(estimate_metrics(part, reader.threshold, options))
            if len(part)
            else {},
        }
        for name, part in (("seen", rows[known]), ("unseen", rows[~known]))
    }


def _plain(measured: Mapping[Metric, Estimate]) -> dict[str, dict]:
    return {metric.value: asdict(values) for metric, values in measured.items()}


def _unpaired(
    first: Mapping[Metric, Estimate], second: Mapping[Metric, Estimate]
) -> dict[Metric, Estimate]:
    return {metric: difference(estimate, second[metric]) for metric, estimate in first.items()}
