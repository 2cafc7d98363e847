"""Whether a stakeholder's target is met, by the model that validation alone would choose."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions, TargetOptions
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


def choose_reader(
    candidates: Sequence[Reader], target: TargetOptions, options: EvaluationOptions
) -> Reader:
    """Choose a model and threshold on validation alone, as the stakeholder would.

    Among those that reach the bound on validation the highest `then` (or the target's metric)
    wins; where none reaches it, the highest target's metric. The first wins a tie.

    Args:
        candidates: Models with their thresholds.
        target: The target.
        options: Bins of the expected calibration error.
    """
    aim = target.then or target.metric

    def rank(reader: Reader) -> tuple[bool, float, float]:
        values = on_validation(reader, options)
        first, second = _or_lowest(values[target.metric]), _or_lowest(values[aim])
        reached = first >= target.at_least
        return (reached, second, first) if reached else (reached, first, second)

    return max(candidates, key=rank)


def on_validation(reader: Reader, options: EvaluationOptions) -> dict[Metric, float | None]:
    """Return every metric of a model and threshold on validation."""
    found = estimate_metrics(reader.on(Split.VALIDATION), reader.threshold, options)
    return {metric: estimate.value for metric, estimate in found.items()}


def calling_everyone_ill(
    reader: Reader, metrics: Sequence[Metric], options: EvaluationOptions
) -> dict[str, float | None]:
    """Return what is reached on the reader's test by calling every film PNEUMONIA.

    Args:
        reader: Whose test is taken.
        metrics: Which metrics.
        options: Bins of the expected calibration error.
    """
    everyone = reader.on(Split.TEST).assign(**{Column.SCORE: 1.0})
    values = estimate_metrics(everyone, 0.5, options)
    return {metric.value: values[metric].value for metric in metrics}


def _or_lowest(value: float | None) -> float:
    return -1.0 if value is None else value
