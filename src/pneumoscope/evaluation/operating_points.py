"""What every rule for the threshold would mean for the children examined."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from pneumoscope.evaluation.metrics import Confusion, confusion, ppv_npv
from pneumoscope.evaluation.score_arrays import labels_of, plain, ratio, scores_of
from pneumoscope.evaluation.thresholds import OperatingPoint, choose_threshold
from pneumoscope.naming import Column, Consequence, Split, ThresholdRule
from pneumoscope.options import EvaluationOptions, ThresholdOptions

_UNDEFINED = {
    Consequence.SENSITIVITY: "no radiograph is PNEUMONIA",
    Consequence.SPECIFICITY: "no radiograph is NORMAL",
    Consequence.PPV: "no radiograph is predicted PNEUMONIA",
    Consequence.NPV: "no radiograph is predicted NORMAL",
    Consequence.ACCURACY: "there is no radiograph",
    Consequence.F1: "no radiograph is PNEUMONIA and none is predicted PNEUMONIA",
}


def lock_threshold(scores: pd.DataFrame, options: ThresholdOptions) -> OperatingPoint:
    """Choose the operating point on the validation rows alone.

    Args:
        scores: Columns label, split and score.
        options: The rule.

    Raises:
        ValueError: If validation lacks a class that the rule needs.
    """
    validation = scores[scores[Column.SPLIT] == Split.VALIDATION]
    return choose_threshold(labels_of(validation), scores_of(validation), options)


def operating_points(scores: pd.DataFrame, options: EvaluationOptions) -> dict[str, dict]:
    """Choose a threshold by every rule on validation; tell what each does to every split.

    Args:
        scores: Columns label, split and score.
        options: The locked rule, the rules beside it and the prevalences.

    Returns:
        By name of the rule, the locked one first: locked, threshold, reason and, by split,
        confusion, the `Consequence`s, `undefined` (why a value is None) and
        `predictive_values` by prevalence. A rule that cannot be applied to this validation
        has the threshold None, the reason and no splits. Plain values, ready for JSON.
    """
    locked = options.threshold.name
    rules = {locked: options.threshold, **{rule.name: rule for rule in options.operating_points}}
    return {
        name: {"locked": name == locked, **_point(scores, rule, options.prevalences)}
        for name, rule in rules.items()
    }


def consequences(counts: Confusion) -> dict:
    """Compute what a confusion matrix means for those examined.

    Args:
        counts: The confusion matrix.

    Returns:
        Each `Consequence`, None where undefined, and `undefined`: why, by name.
    """
    tn, fp, fn, tp = counts.tn, counts.fp, counts.fn, counts.tp
    parts = {
        Consequence.SENSITIVITY: (tp, tp + fn),
        Consequence.SPECIFICITY: (tn, tn + fp),
        Consequence.PPV: (tp, tp + fp),
        Consequence.NPV: (tn, tn + fn),
        Consequence.ACCURACY: (tn + tp, tn + fp + fn + tp),
        Consequence.F1: (2 * tp, 2 * tp + fp + fn),
    }
    values = {name.value: plain(float(ratio(*part))) for name, part in parts.items()}
    undefined = {name: _UNDEFINED[Consequence(name)] for name, x in values.items() if x is None}
    return {**values, "undefined": undefined}


def predictive_values(
    sensitivity: float | None, specificity: float | None, prevalences: Sequence[float]
) -> dict[str, dict]:
    """Carry predictive values over to other prevalences.

    Args:
        sensitivity: In [0, 1], or None where undefined.
        specificity: In [0, 1], or None where undefined.
        prevalences: Shares of PNEUMONIA among those examined.

    Returns:
        By prevalence, as text: ppv and npv, and `reason` where either is None.
    """
    return {f"{share:g}": _predictive(sensitivity, specificity, share) for share in prevalences}


def _predictive(sensitivity: float | None, specificity: float | None, prevalence: float) -> dict:
    if sensitivity is None or specificity is None:
        reason = "sensitivity or specificity is undefined: a class is absent"
        return {"ppv": None, "npv": None, "reason": reason}
    ppv, npv = ppv_npv(sensitivity, specificity, prevalence)
    values: dict[str, float | str | None] = {"ppv": ppv, "npv": npv}
    if ppv is None or npv is None:
        values["reason"] = _UNDEFINED[Consequence.PPV if ppv is None else Consequence.NPV]
    return values


def _point(scores: pd.DataFrame, rule: ThresholdOptions, prevalences: Sequence[float]) -> dict:
    validation = labels_of(scores[scores[Column.SPLIT] == Split.VALIDATION])
    if rule.rule is not ThresholdRule.FIXED and (validation.all() or not validation.any()):
        reason = "validation holds one class only, so the rule cannot be applied"
        return {"threshold": None, "reason": reason, "splits": {}}
    point = lock_threshold(scores, rule)
    return {
        "threshold": point.threshold,
        "reason": point.reason,
        "splits": {
            str(split): _effect(rows, point.threshold, prevalences)
            for split, rows in scores.groupby(Column.SPLIT, sort=False)
        },
    }


def _effect(rows: pd.DataFrame, threshold: float, prevalences: Sequence[float]) -> dict:
    counts = confusion(labels_of(rows), scores_of(rows), threshold)
    values = consequences(counts)
    carried = predictive_values(
        values[Consequence.SENSITIVITY], values[Consequence.SPECIFICITY], prevalences
    )
    return {"confusion": asdict(counts), **values, "predictive_values": carried}
