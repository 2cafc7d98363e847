"""What every rule for the threshold would mean for the children examined."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from pneumoscope.evaluation.consequences import measure_decisions
from pneumoscope.evaluation.decisions import Bounds
from pneumoscope.evaluation.records import OperatingPoint, RuleOutcome
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.evaluation.thresholds.rules import choose_threshold
from pneumoscope.evaluation.thresholds.zone_rule import choose_zone
from pneumoscope.naming import Column, Split, ThresholdRule
from pneumoscope.options import EvaluationOptions, ThresholdOptions


def lock_threshold(scores: pd.DataFrame, options: ThresholdOptions) -> OperatingPoint:
    """Choose the operating point on the validation rows alone.

    Args:
        scores: Columns label, split and score.
        options: The rule.

    Raises:
        ValueError: If validation lacks a class that the rule needs.
    """
    validation = scores[scores[Column.SPLIT] == Split.VALIDATION]
    choose = choose_zone if options.rule is ThresholdRule.GREY_ZONE else choose_threshold
    return choose(labels_of(validation), scores_of(validation), options)


def operating_points(
    scores: pd.DataFrame, options: EvaluationOptions, seed: int
) -> dict[str, RuleOutcome]:
    """Choose a threshold by every rule on validation; tell what each does to every split.

    Args:
        scores: Columns patient_id, label, split and score.
        options: The locked rule, the rules beside it, the prevalences and the bootstrap.
        seed: Seed of the bootstrap.

    Returns:
        By name of the rule, the locked one first. A rule that cannot be applied to this
        validation has the threshold None, the reason and no splits.
    """
    locked = options.threshold.name
    rules = {locked: options.threshold, **{rule.name: rule for rule in options.operating_points}}
    points = {name: _choose(scores, rule) for name, rule in rules.items()}
    measured = {
        str(split): measure_decisions(rows, _bounds(points), options, seed)
        for split, rows in scores.groupby(Column.SPLIT, sort=False)
    }
    return {
        name: replace(
            point,
            locked=name == locked,
            splits={split: found[name] for split, found in measured.items() if name in found},
        )
        for name, point in points.items()
    }


def _choose(scores: pd.DataFrame, rule: ThresholdOptions) -> RuleOutcome:
    validation = labels_of(scores[scores[Column.SPLIT] == Split.VALIDATION])
    if rule.reads_validation and (validation.all() or not validation.any()):
        reason = "validation holds one class only, so the rule cannot be applied"
        return RuleOutcome(False, None, None, None, reason, {})
    point = lock_threshold(scores, rule)
    return RuleOutcome(False, point.threshold, point.low, point.high, point.reason, {})


def _bounds(points: Mapping[str, RuleOutcome]) -> dict[str, Bounds]:
    """Return where each point decides; a threshold is a zone that holds nothing."""
    return {
        name: (point.threshold,) * 2
        if point.low is None or point.high is None
        else (point.low, point.high)
        for name, point in points.items()
        if point.threshold is not None
    }
