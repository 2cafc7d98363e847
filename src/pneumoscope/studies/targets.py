"""Whether a stakeholder's target is met, by the model that validation alone would choose."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np

from pneumoscope.evaluation.metrics import summarise
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.naming import Metric, Split
from pneumoscope.options import TargetOptions
from pneumoscope.studies.arms import Reader


class Verdict(StrEnum):
    """How a value with its interval stands to a bound."""

    MET = "met"
    MET_BY_ESTIMATE = "met by the estimate, but not beyond chance"
    MISSED_BY_ESTIMATE = "not met by the estimate, though chance could explain it"
    MISSED = "not met"
    UNDEFINED = "undefined"


def judge(measured: Mapping[str, Any], at_least: float) -> Verdict:
    """Compare a value and its interval with a bound.

    Args:
        measured: `value`, `low` and `high`; any of them may be None.
        at_least: The bound.
    """
    value, low, high = (measured[key] for key in ("value", "low", "high"))
    if value is None:
        return Verdict.UNDEFINED
    if value >= at_least:
        return Verdict.MET if low is not None and low >= at_least else Verdict.MET_BY_ESTIMATE
    within = high is None or high >= at_least
    return Verdict.MISSED_BY_ESTIMATE if within else Verdict.MISSED


def choose_reader(candidates: Sequence[Reader], target: TargetOptions, bins: int) -> Reader:
    """Choose a model and threshold on validation alone, as the stakeholder would.

    Among those that reach the bound on validation the highest `then` (or the target's metric)
    wins; where none reaches it, the highest target's metric. The first wins a tie.

    Args:
        candidates: Models with their thresholds.
        target: The target.
        bins: Bins of the expected calibration error.
    """
    aim = target.then or target.metric

    def rank(reader: Reader) -> tuple[bool, float, float]:
        values = on_validation(reader, bins)
        first, second = _or_lowest(values[target.metric]), _or_lowest(values[aim])
        reached = first >= target.at_least
        return (reached, second, first) if reached else (reached, first, second)

    return max(candidates, key=rank)


def on_validation(reader: Reader, bins: int) -> dict[Metric, float | None]:
    """Return every metric of a model and threshold on validation."""
    rows = reader.on(Split.VALIDATION)
    return summarise(labels_of(rows), scores_of(rows), reader.threshold, bins)


def calling_everyone_ill(reader: Reader, metrics: Sequence[Metric]) -> dict[str, float | None]:
    """Return what is reached on the reader's test by calling every film PNEUMONIA.

    Args:
        reader: Whose test is taken.
        metrics: Which metrics.
    """
    labels = labels_of(reader.on(Split.TEST))
    values = summarise(labels, np.ones(labels.size), 0.5, bins=1)
    return {metric.value: values[metric] for metric in metrics}


def _or_lowest(value: float | None) -> float:
    return -1.0 if value is None else value
