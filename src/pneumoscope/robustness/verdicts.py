"""Covariate shift and what it means for the metrics, in words."""

from collections.abc import Mapping, Sequence

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import MARGIN, Verdict, difference, judge, judge_excess
from pneumoscope.naming import FeatureSet, Label, Metric, Split
from pneumoscope.robustness.features import FEATURES
from pneumoscope.robustness.records import Metrics, SingleFeature
from pneumoscope.robustness.wording import cannot_be_told, with_interval

APART = 0.1
"""Distance of a domain classifier's AUROC from 0.5 up to which two groups differ little."""

CLEAR, PLAIN = 0.2, 0.35
"""Distance from which they differ clearly, and plainly."""

NAMED = 3
"""Features that a verdict names at most."""

_CHANCE = 0.5


def shift_verdict(
    aurocs: Mapping[FeatureSet, Estimate],
    single: Sequence[SingleFeature],
    split: str,
    label: Label,
) -> str:
    """Say whether films of one class are separable from train, by what, and what follows."""
    auroc = aurocs[FeatureSet.ALL]
    if auroc.value is None or auroc.bounds is None:
        return f"{label}, {split}: {cannot_be_told(auroc, auroc)}"
    match judge(_from_chance(auroc), APART):
        case Verdict.SHOWN:
            return (
                f"{label}: {split} is separable from train with {with_interval(auroc)}"
                f"{_mainly(single, split)}{_by_pixels(aurocs[FeatureSet.PIXELS])}: "
                f"{_consequence(abs(auroc.value - _CHANCE))}."
            )
        case Verdict.SMALL:
            return (
                f"{label}: {split} against train lies within {APART:g} of chance, "
                f"{with_interval(auroc)}. A difference that these features do not hold remains "
                "possible."
            )
    return (
        f"{label}: whether {split} differs from train cannot be told, {with_interval(auroc)} with "
        "so few patients."
    )


def baseline_verdict(metrics: Mapping[Split, Metrics]) -> str:
    """Say what these features alone reach, and whether it carries over to test."""
    train, test = metrics[Split.TRAIN][Metric.AUROC], metrics[Split.TEST][Metric.AUROC]
    if train.value is None or test.value is None:
        missing = train if train.value is None else test
        return cannot_be_told(missing)
    finding = (
        f"A classifier of these features alone reaches {with_interval(train)} on patients "
        f"of train that it was not fitted on and {with_interval(test)} on test."
    )
    if judge_excess(difference(train, test), MARGIN) is Verdict.SHOWN:
        return f"{finding} It does not carry over, nor does a model that relies on these features."
    match judge_excess(_from_chance(test), MARGIN):
        case Verdict.SHOWN:
            return (
                f"{finding} Only the AUROC that a model has beyond that can come from the disease."
            )
        case Verdict.SMALL:
            return f"{finding} On test these features alone rank less than {MARGIN:g} above chance."
    return f"{finding} Whether they are a shortcut on test cannot be told."


def feature_words(found: SingleFeature, split: str) -> str:
    """Return "the file size, median 14,800 in test against 22,900 in train"."""
    train, other = map(_number, found.medians)
    return f"{FEATURES[found.feature]}, median {other} in {split} against {train} in train"


def _from_chance(auroc: Estimate) -> Estimate:
    return auroc.mapped(lambda value: value - _CHANCE)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _mainly(single: Sequence[SingleFeature], split: str) -> str:
    named = [
        feature_words(found, split) for found in single[:NAMED] if found.auroc >= _CHANCE + CLEAR
    ]
    return f", mainly by {'; by '.join(named)}" if named else ", by several features together"


def _by_pixels(auroc: Estimate) -> str:
    return "" if auroc.value is None else f"; by the pixels alone with {with_interval(auroc)}"


def _consequence(distance: float) -> str:
    if distance >= PLAIN:
        return "metrics measured on films like those of train need not hold there"
    if distance >= CLEAR:
        return "expect metrics measured on films like those of train to change"
    return "a small difference, which may change scores a little"
