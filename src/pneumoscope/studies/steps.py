"""The ladder of a study: each step changes one thing and is compared with the step before."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import pairwise

from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.evaluation.thresholds.rules import choose_threshold
from pneumoscope.naming import Metric, Split
from pneumoscope.options import EvaluationOptions, ThresholdOptions
from pneumoscope.studies.arms import Reader
from pneumoscope.studies.comparison import differences
from pneumoscope.studies.targets import on_validation


def tuned_readers(
    reader: Reader, rules: Sequence[ThresholdOptions], chosen_on: Split = Split.VALIDATION
) -> list[Reader]:
    """Return a model once for each rule, its threshold chosen by that rule.

    Args:
        reader: The model; its own threshold is not read.
        rules: Rules for the threshold.
        chosen_on: Where the rules are read off; `test` measures what that flatters.
    """
    rows = reader.on(chosen_on)
    label, score = labels_of(rows), scores_of(rows)
    return [
        replace(
            reader,
            name=f"{reader.name}, {rule.name}",
            threshold=choose_threshold(label, score, rule).threshold,
        )
        for rule in rules
    ]


def climb(
    steps: Sequence[Reader], metrics: Sequence[Metric], options: EvaluationOptions
) -> list[dict]:
    """Measure the steps on validation and test, and each against the one before.

    Args:
        steps: Models with their thresholds, the baseline first.
        metrics: Which metrics.
        options: Confidence and bins.

    Returns:
        For each step: step, threshold, `validation` (values), `test` (value, low, high) and
        `change` (value, low, high against the step before; absent for the first).
    """
    told = [_tell(step, metrics, options) for step in steps]
    for row, (before, step) in zip(told[1:], pairwise(steps), strict=True):
        found = differences(step, before, options)
        row["change"] = {metric.value: found[metric] for metric in metrics}
    return told


def tuning_on_test(
    reader: Reader,
    rules: Sequence[ThresholdOptions],
    metrics: Sequence[Metric],
    options: EvaluationOptions,
) -> list[dict]:
    """Measure what is gained on paper by reading each rule off test instead of validation.

    Args:
        reader: The model; its own threshold is not read.
        rules: Rules for the threshold.
        metrics: Which metrics.
        options: Confidence and bins.

    Returns:
        For each rule: rule, `validation` and `test` (threshold and metrics on test, by where
        it was chosen) and `flattery` (value, low, high).
    """
    locked = tuned_readers(reader, rules)
    peeked = tuned_readers(reader, rules, Split.TEST)
    return [
        {
            "rule": rule.name,
            "validation": _tell(honest, metrics, options),
            "test": _tell(flattered, metrics, options),
            "flattery": {
                metric.value: found
                for metric, found in differences(flattered, honest, options).items()
                if metric in metrics
            },
        }
        for rule, honest, flattered in zip(rules, locked, peeked, strict=True)
    ]


def _tell(step: Reader, metrics: Sequence[Metric], options: EvaluationOptions) -> dict:
    chosen_by = on_validation(step, options)
    tested = estimate_metrics(step.on(Split.TEST), step.threshold, options)
    return {
        "step": step.name,
        "threshold": step.threshold,
        "validation": {metric.value: chosen_by[metric] for metric in metrics},
        "test": {metric.value: asdict(tested[metric]) for metric in metrics},
    }
