"""A stepwise study: what each step brings, and what tuning the threshold on test would add."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.evaluation.thresholds.rules import choose_threshold
from pneumoscope.naming import Metric, Split
from pneumoscope.options import EvaluationOptions, ThresholdOptions
from pneumoscope.studies.arms import Classifier
from pneumoscope.studies.comparison import compare
from pneumoscope.studies.records import Step, TunedThreshold


def with_tuned_thresholds(
    classifier: Classifier,
    rules: Sequence[ThresholdOptions],
    chosen_on: Split = Split.VALIDATION,
) -> list[Classifier]:
    """Return a model once for each rule, its threshold chosen by that rule.

    Args:
        classifier: The model; its own threshold is not read.
        rules: Rules for the threshold.
        chosen_on: Where the rules are read off; `test` measures the optimism of that.
    """
    rows = classifier.on(chosen_on)
    label, score = labels_of(rows), scores_of(rows)
    return [
        replace(
            classifier,
            name=f"{classifier.name}, {rule.name}",
            threshold=choose_threshold(label, score, rule).threshold,
        )
        for rule in rules
    ]


def measure_step(
    classifier: Classifier, metrics: Sequence[Metric], options: EvaluationOptions
) -> Step:
    """Measure a classifier on validation and on test."""
    validation, test = (
        classifier.measured(split, metrics, options) for split in (Split.VALIDATION, Split.TEST)
    )
    return Step(classifier.name, classifier.threshold, validation, test)


def compare_steps(
    steps: Sequence[Classifier], metrics: Sequence[Metric], options: EvaluationOptions
) -> list[Step]:
    """Measure the steps on validation and test, and each against the one before.

    Args:
        steps: Models with their thresholds, the baseline first.
        metrics: Which metrics.
        options: Confidence and bins.
    """
    measured = [measure_step(step, metrics, options) for step in steps]
    changes = [compare(step, before, metrics, options).metrics for before, step in pairwise(steps)]
    return [
        *measured[:1],
        *(replace(step, change=change) for step, change in zip(measured[1:], changes, strict=True)),
    ]


def tune_on_test(
    classifier: Classifier,
    rules: Sequence[ThresholdOptions],
    metrics: Sequence[Metric],
    options: EvaluationOptions,
) -> list[TunedThreshold]:
    """Measure what is gained on paper by reading each rule off test instead of validation.

    Args:
        classifier: The model; its own threshold is not read.
        rules: Rules for the threshold.
        metrics: Which metrics.
        options: Confidence and bins.
    """
    locked = with_tuned_thresholds(classifier, rules)
    peeked = with_tuned_thresholds(classifier, rules, Split.TEST)
    return [
        TunedThreshold(
            rule.name,
            measure_step(own, metrics, options),
            measure_step(best, metrics, options),
            compare(best, own, metrics, options).metrics,
        )
        for rule, own, best in zip(rules, locked, peeked, strict=True)
    ]
