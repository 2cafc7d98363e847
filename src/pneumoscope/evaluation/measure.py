"""Scores measured at an operating point that validation alone has chosen."""

from dataclasses import asdict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.evaluation.intervals import patient_intervals
from pneumoscope.evaluation.metrics import confusion, summarise, undefined_reasons
from pneumoscope.evaluation.thresholds import choose_threshold
from pneumoscope.naming import Column, Label, Split
from pneumoscope.options import EvaluationOptions


def evaluate(
    scores: pd.DataFrame, split_audit: dict, options: EvaluationOptions, seed: int
) -> dict:
    """Choose the threshold on validation, then measure every split at it, unchanged.

    Args:
        scores: Columns radiograph_id, patient_id, label, subtype, split and score.
        split_audit: Policy and flaws of the split, repeated beside the numbers.
        options: Rule for the threshold, and the bootstrap.
        seed: Seed of the bootstrap.

    Returns:
        `protocol`, `flaws`, `operating_point` and, by split, `n`, `patients`, `confusion` and
        `metrics` (value, low, high; and a reason where the value is undefined). Plain values,
        ready for JSON.
    """
    validation = scores[scores[Column.SPLIT] == Split.VALIDATION]
    point = choose_threshold(_positive(validation), validation[Column.SCORE], options.threshold)
    return {
        "protocol": split_audit["policy"],
        "flaws": split_audit["flaws"],
        "operating_point": asdict(point),
        "splits": {
            str(split): _measure(rows, point.threshold, options, seed)
            for split, rows in scores.groupby(Column.SPLIT, sort=False)
        },
    }


def _measure(rows: pd.DataFrame, threshold: float, options: EvaluationOptions, seed: int) -> dict:
    label, score = _positive(rows), rows[Column.SCORE].to_numpy(dtype=float)
    values = summarise(label, score, threshold, options.ece_bins)
    reasons = undefined_reasons(label, score, threshold)
    intervals = patient_intervals(
        label,
        score,
        rows[Column.PATIENT_ID].to_numpy(),
        threshold,
        options.bootstrap,
        options.confidence,
        seed,
        options.ece_bins,
    )
    return {
        "n": len(rows),
        "patients": int(rows[Column.PATIENT_ID].nunique()),
        "confusion": asdict(confusion(label, score, threshold)),
        "metrics": {
            str(metric): _with_interval(value, intervals[metric], reasons.get(metric))
            for metric, value in values.items()
        },
    }


def _positive(rows: pd.DataFrame) -> NDArray[np.integer]:
    return (rows[Column.LABEL] == Label.PNEUMONIA).to_numpy().astype(int)


def _with_interval(
    value: float | None, interval: tuple[float, float] | None, reason: str | None
) -> dict:
    low, high = interval or (None, None)
    measured = {"value": value, "low": low, "high": high}
    return measured if reason is None else {**measured, "reason": reason}
