"""How much a protocol flatters: the same model under two protocols, its children seen or not."""

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.intervals import percentile_interval, resampled_metrics
from pneumoscope.evaluation.metric_estimates import estimate_metrics
from pneumoscope.evaluation.metrics import summarise
from pneumoscope.evaluation.score_arrays import FloatArray, labels_of, scores_of
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.studies.arms import Reader


def differences(
    flattered: Reader, honest: Reader, options: EvaluationOptions, seed: int
) -> dict[Metric, dict]:
    """Subtract every test metric of one reader from another's, with an interval over patients.

    Where both were tested on the same radiographs the resamples are shared, which takes the
    difficulty of the films out of the comparison; else the two tests are resampled by
    themselves.

    Args:
        flattered: What is expected to be higher.
        honest: What is subtracted.
        options: Bootstrap, confidence and bins.
        seed: Seed of the bootstrap.

    Returns:
        By metric `value`, `low`, `high` and `paired`; None where undefined.
    """
    first, second = flattered.on(Split.TEST), honest.on(Split.TEST)
    paired = first[Column.RADIOGRAPH_ID].tolist() == second[Column.RADIOGRAPH_ID].tolist()
    values = [
        summarise(labels_of(rows), scores_of(rows), threshold, options.ece_bins)
        for rows, threshold in ((first, flattered.threshold), (second, honest.threshold))
    ]
    drawn = [
        _resampled(first, flattered.threshold, options, seed),
        _resampled(second, honest.threshold, options, seed if paired else seed + 1),
    ]
    return {
        metric: {
            "value": _minus(values[0][metric], values[1][metric]),
            **_interval(drawn[0].get(metric), drawn[1].get(metric), options.confidence),
            "paired": paired,
        }
        for metric in Metric
    }


def seen_and_unseen(
    reader: Reader, trained_on: frozenset[str], options: EvaluationOptions, seed: int
) -> dict[str, dict]:
    """Measure one reader on test films of children that are in train, and on the others.

    Args:
        reader: A model of a split that tears children apart.
        trained_on: Patients of the training part.
        options: Bootstrap, confidence and bins.
        seed: Seed of the bootstrap.

    Returns:
        For `seen` and `unseen`: n, patients and, if there are any, metrics with intervals.
    """
    rows = reader.on(Split.TEST)
    known = rows[Column.PATIENT_ID].isin(trained_on)
    return {
        name: {
            "n": len(part),
            "patients": int(part[Column.PATIENT_ID].nunique()),
            "metrics": _plain(estimate_metrics(part, reader.threshold, options, seed))
            if len(part)
            else {},
        }
        for name, part in (("seen", rows[known]), ("unseen", rows[~known]))
    }


def _plain(measured: Mapping[Metric, Estimate]) -> dict[str, dict]:
    return {metric.value: asdict(values) for metric, values in measured.items()}


def _resampled(
    rows: pd.DataFrame, threshold: float, options: EvaluationOptions, seed: int
) -> dict[Metric, FloatArray]:
    patients = rows[Column.PATIENT_ID]
    if options.bootstrap == 0 or patients.nunique() < 2:
        return {}
    return resampled_metrics(
        labels_of(rows),
        scores_of(rows),
        patients.to_numpy(),
        threshold,
        options.bootstrap,
        seed,
        options.ece_bins,
    )


def _interval(
    first: FloatArray | None, second: FloatArray | None, confidence: float
) -> dict[str, float | None]:
    if first is None or second is None:
        return {"low": None, "high": None}
    low, high = percentile_interval(first - second, confidence) or (None, None)
    return {"low": low, "high": high}


def _minus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second
