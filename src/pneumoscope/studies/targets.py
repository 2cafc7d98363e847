"""Whether a study's target is met, by the model that validation alone would choose."""

from collections.abc import Sequence

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions, TargetOptions
from pneumoscope.studies.arms import Classifier
from pneumoscope.studies.records import MetricEstimates, TargetVerdict


def judge_target(measured: Estimate, at_least: float) -> TargetVerdict:
    """Compare a value and its interval with a bound."""
    if measured.value is None:
        return TargetVerdict.UNDEFINED
    low, high = measured.bounds or (None, None)
    if measured.value >= at_least:
        shown = low is not None and low >= at_least
        return TargetVerdict.MET if shown else TargetVerdict.MET_BY_ESTIMATE
    within = high is None or high >= at_least
    return TargetVerdict.MISSED_BY_ESTIMATE if within else TargetVerdict.MISSED


def choose_classifier(
    candidates: Sequence[Classifier], target: TargetOptions, options: EvaluationOptions
) -> Classifier:
    """Choose a model and threshold on validation alone, as the stakeholder would.

    Among those that reach the bound on validation the highest `then` (or the target's metric)
    wins; where none reaches it, the highest target's metric. The first wins a tie.

    Args:
        candidates: Models with their thresholds.
        target: The target.
        options: Bins of the expected calibration error.
    """
    aim = target.then or target.metric

    def rank(classifier: Classifier) -> tuple[bool, float, float]:
        found = classifier.measured(Split.VALIDATION, [target.metric, aim], options)
        first, second = _or_lowest(found[target.metric]), _or_lowest(found[aim])
        reached = first >= target.at_least
        return (reached, second, first) if reached else (reached, first, second)

    return max(candidates, key=rank)


def all_positive_baseline(
    classifier: Classifier, metrics: Sequence[Metric], options: EvaluationOptions
) -> MetricEstimates:
    """Return what calling every film PNEUMONIA reaches on test.

    Args:
        classifier: Whose test is taken.
        metrics: Which metrics.
        options: Bins of the expected calibration error.
    """
    scores = classifier.scores.assign(**{Column.SCORE: 1.0})
    return Classifier("all positive", scores, 0.5).measured(Split.TEST, metrics, options)


def _or_lowest(estimate: Estimate) -> float:
    return -1.0 if estimate.value is None else estimate.value
