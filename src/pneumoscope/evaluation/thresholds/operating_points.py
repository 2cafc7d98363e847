"""Operating points: what every rule for the threshold gives on each split."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from pneumoscope.errors import InputError
from pneumoscope.evaluation.consequences import measure_decisions
from pneumoscope.evaluation.decisions import Bounds
from pneumoscope.evaluation.records import OperatingPoint, RuleOutcome
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.evaluation.thresholds.rules import choose_threshold
from pneumoscope.evaluation.thresholds.zone_rule import choose_zone
from pneumoscope.naming import Column, Split, ThresholdRule
from pneumoscope.options import EvaluationOptions, ThresholdOptions

NO_HARD_FILMS = "on all of validation, which has too few hard films"
"""Why a rule that asks for hard films did not read them."""


def lock_threshold(scores: pd.DataFrame, options: ThresholdOptions) -> OperatingPoint:
    """Choose the operating point on the validation rows alone.

    Args:
        scores: Columns patient_id, label, split and score; hard where the rule reads hard films.
        options: The rule. One that asks for hard films reads all of validation where these are
            too few, and says so in its reason.

    Raises:
        ValueError: If validation lacks a class that the rule needs.
        InputError: If validation is too small for the confidence that the rule asks for.
    """
    validation = scores[scores[Column.SPLIT] == Split.VALIDATION]
    if options.part is None:
        return _choose_on(validation, options)
    hard = validation[validation[Column.HARD]]
    if hard.empty:
        point = _choose_on(validation, options)
        return replace(point, reason=f"{NO_HARD_FILMS}: {point.reason}")
    point = _choose_on(hard, options)
    return replace(point, part=options.part, reason=f"on hard films, {point.reason}")


def _choose_on(rows: pd.DataFrame, options: ThresholdOptions) -> OperatingPoint:
    label, score = labels_of(rows), scores_of(rows)
    if options.rule is ThresholdRule.GREY_ZONE:
        return choose_zone(label, score, options)
    return choose_threshold(label, score, options, rows[Column.PATIENT_ID].to_numpy())


def operating_points(scores: pd.DataFrame, options: EvaluationOptions) -> dict[str, RuleOutcome]:
    """Choose a threshold by every rule on validation; measure what each does to every split.

    Args:
        scores: As `lock_threshold` takes them.
        options: The locked rule, the rules beside it, the prevalences and the confidence.

    Returns:
        By name of the rule, the locked one first; if that defers radiographs, its threshold
        follows, which decides them all. A rule that cannot be applied to this validation has
        the threshold None, the reason and no splits. The locked rule bears the name of what it
        read: where there are no hard films, all of validation.
    """
    locked = (
        options.threshold if _can_be_read(scores, options.threshold) else _of_all(options)
    ).name
    points = {locked: replace(_choose(scores, options.threshold), locked=True)}
    for rule in options.operating_points:
        if rule.name != locked:
            points[rule.name] = _beside(scores, rule)
    samples = {
        str(split): Sample.of_rows(rows) for split, rows in scores.groupby(Column.SPLIT, sort=False)
    }
    return {
        name: measure_outcome(point, samples, options)
        for name, point in _with_all_decided(locked, points).items()
    }


def measure_outcome(
    point: RuleOutcome, samples: Mapping[str, Sample], options: EvaluationOptions
) -> RuleOutcome:
    """Measure what a rule's choice decides on splits, in place of those measured before.

    Args:
        point: The choice; without a threshold it decides nothing.
        samples: Split to its radiographs.
        options: Prevalences and confidence.
    """
    bounds = _bounds(point)
    if bounds is None:
        return replace(point, splits={})
    splits = {name: measure_decisions(sample, bounds, options) for name, sample in samples.items()}
    return replace(point, splits=splits)


def _can_be_read(scores: pd.DataFrame, rule: ThresholdOptions) -> bool:
    """Tell whether validation holds the films that a rule asks for."""
    if rule.part is None:
        return True
    validation = scores[Column.SPLIT] == Split.VALIDATION
    return bool(scores.loc[validation, Column.HARD].any())


def _of_all(options: EvaluationOptions) -> ThresholdOptions:
    return options.threshold.model_copy(update={"part": None})


def _beside(scores: pd.DataFrame, rule: ThresholdOptions) -> RuleOutcome:
    """Choose by a rule that nothing depends on, so that nothing need stand in for its films."""
    if not _can_be_read(scores, rule):
        reason = "validation has too few hard films, so the rule cannot be applied"
        return RuleOutcome(False, None, None, None, reason, {})
    return _choose(scores, rule)


def _choose(scores: pd.DataFrame, rule: ThresholdOptions) -> RuleOutcome:
    validation = labels_of(scores[scores[Column.SPLIT] == Split.VALIDATION])
    if rule.reads_validation and (validation.all() or not validation.any()):
        reason = "validation holds one class only, so the rule cannot be applied"
        return RuleOutcome(False, None, None, None, reason, {})
    try:
        point = lock_threshold(scores, rule)
    except InputError as error:
        return RuleOutcome(False, None, None, None, f"{error.expected}: {error.received}", {})
    return RuleOutcome(False, point.threshold, point.low, point.high, point.reason, {})


def _with_all_decided(locked: str, points: dict[str, RuleOutcome]) -> dict[str, RuleOutcome]:
    """Put after a locked grey zone the threshold that decides what it defers, too."""
    zone = points[locked]
    if zone.low is None:
        return points
    reason = "the threshold of the grey zone, for all radiographs"
    decided = replace(zone, locked=False, low=None, high=None, reason=reason)
    return {locked: zone, f"{locked}, nothing deferred": decided, **points}


def _bounds(point: RuleOutcome) -> Bounds | None:
    """Return where a point decides, None if it does not; a threshold holds no zone."""
    if point.low is not None and point.high is not None:
        return point.low, point.high
    return None if point.threshold is None else (point.threshold, point.threshold)
