"""The operating point: which score calls a radiograph PNEUMONIA, read off validation alone."""

from bisect import bisect_left
from collections.abc import Callable
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pneumoscope.arrays import BoolArray, FloatArray
from pneumoscope.decimals import decimal
from pneumoscope.errors import InputError
from pneumoscope.evaluation.decisions import ratios
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.records import OperatingPoint
from pneumoscope.evaluation.score_arrays import checked_labels, checked_scores, require_both_classes
from pneumoscope.naming import Consequence, ThresholdRule
from pneumoscope.options import ThresholdOptions

SWEPT = (
    Consequence.SENSITIVITY,
    Consequence.SPECIFICITY,
    Consequence.PPV,
    Consequence.NPV,
    Consequence.ACCURACY,
    Consequence.F1,
)
"""What a sweep tabulates."""

FIXED = "fixed beforehand, not read off data"
"""Why a threshold or zone that the user set is what it is."""

ROUNDING = 1e-12
"""Sums of two ratios that are equal in exact arithmetic differ by less than this."""


def choose_threshold(
    label: ArrayLike,
    score: ArrayLike,
    options: ThresholdOptions,
    patient: ArrayLike | None = None,
) -> OperatingPoint:
    """Choose the operating point by a rule.

    Thresholds between two neighbouring scores predict the same; the midpoint has the most
    margin for new radiographs. When several midpoints serve the rule equally well, those next
    to each other form a plateau, and the midpoint nearest the middle of the longest plateau is
    taken: there the choice depends least on single radiographs. `min_sensitivity` first
    prefers, among equal specificities, the highest sensitivity, since giving up sensitivity
    for nothing is never wanted; `min_specificity` the other way round.

    Args:
        label: Shape (n,), 1 for PNEUMONIA; of the validation split.
        score: Shape (n,), in [0, 1].
        options: The rule and its value; `fixed` reads neither labels nor scores, and
            `grey_zone` is the business of `choose_zone`.
        patient: Shape (n,), read by rules with a `confidence`; None takes each radiograph for a
            patient of its own.

    Returns:
        The threshold and its reason.

    Raises:
        ValueError: If labels or scores are impossible, or a class is absent.
        InputError: If validation is too small for a bound with that confidence.
    """
    if options.rule is ThresholdRule.FIXED:
        return OperatingPoint(options.rule, _value(options), FIXED)
    table = sweep(label, score)
    optimal = np.ones(len(table), dtype=bool)
    if options.confidence is not None:
        optimal = _kept_by_lower_limit(
            table["threshold"].to_numpy(), label, score, patient, options
        )
    for criterion in _CRITERIA[options.rule](table, options):
        optimal &= criterion >= criterion[optimal].max() - ROUNDING
    low, high = _gaps(np.asarray(score, dtype=np.float64))
    first, last = _longest_plateau(optimal, low, high)
    thresholds = table["threshold"].to_numpy()[first : last + 1]
    nearest = first + int(np.abs(thresholds - (low[first] + high[last]) / 2).argmin())
    reason = _reason(options, table.iloc[nearest], float(low[first]), float(high[last]))
    return OperatingPoint(options.rule, float(table["threshold"].iloc[nearest]), reason)


def sweep(label: ArrayLike, score: ArrayLike) -> pd.DataFrame:
    """Tabulate what every distinct threshold does.

    Args:
        label: Shape (n,), 1 for PNEUMONIA.
        score: Shape (n,), in [0, 1].

    Returns:
        One row a threshold, ascending, from all to none predicted PNEUMONIA: threshold,
        sensitivity, specificity, ppv, npv, accuracy, f1. PPV is NaN where nothing is
        predicted PNEUMONIA, NPV where nothing is predicted NORMAL.

    Raises:
        ValueError: If labels or scores are impossible, or a class is absent.
    """
    labels = checked_labels(label)
    scores = checked_scores(score, labels.size)
    require_both_classes(labels, "choose a threshold")
    low, high = _gaps(scores)
    middle = (low + high) / 2
    tp, fp = _count_above(scores[labels], high), _count_above(scores[~labels], high)
    fn, tn = labels.sum() - tp, (~labels).sum() - fp
    found = ratios(np.stack([tn, fp, fn, tp, np.zeros_like(tp)], axis=-1))
    # Between adjacent floating-point numbers the midpoint is rounded to one of them.
    thresholds = np.where(middle > low, middle, high)
    return pd.DataFrame({"threshold": thresholds, **{name.value: found[name] for name in SWEPT}})


def _gaps(scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Bounds of the gaps between distinct scores; a threshold in (low, high] predicts alike."""
    distinct = np.unique(scores)
    # When a score is 1, only a threshold just above 1 predicts no PNEUMONIA at all.
    top = max(1.0, float(np.nextafter(distinct[-1], 2.0)))
    return np.concatenate([[0.0], distinct]), np.concatenate([distinct, [top]])


def _count_above(scores: FloatArray, thresholds: FloatArray) -> FloatArray:
    return scores.size - np.searchsorted(np.sort(scores), thresholds).astype(np.float64)


def _longest_plateau(optimal: BoolArray, low: FloatArray, high: FloatArray) -> tuple[int, int]:
    steps = np.diff(np.concatenate([[0], optimal.astype(int), [0]]))
    first, last = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    longest = int((high[last] - low[first]).argmax())
    return int(first[longest]), int(last[longest])


def _value(options: ThresholdOptions) -> float:
    # ThresholdOptions refuses the rules that read it without a value.
    return cast(float, options.value)


def _min_sensitivity(table: pd.DataFrame, options: ThresholdOptions) -> list[FloatArray]:
    sensitivity = table["sensitivity"].to_numpy()
    kept = (sensitivity >= _value(options)).astype(np.float64)
    return [kept, table["specificity"].to_numpy(), sensitivity]


def _min_specificity(table: pd.DataFrame, options: ThresholdOptions) -> list[FloatArray]:
    specificity = table["specificity"].to_numpy()
    kept = (specificity >= _value(options)).astype(np.float64)
    return [kept, table["sensitivity"].to_numpy(), specificity]


def _kept_by_lower_limit(
    thresholds: FloatArray,
    label: ArrayLike,
    score: ArrayLike,
    patient: ArrayLike | None,
    options: ThresholdOptions,
) -> BoolArray:
    """Return at which thresholds the lower confidence limit keeps the bound.

    Thresholds are gone through from where the bound is kept with most room, up to the first that
    fails, so that trying many costs no confidence (fixed-sequence testing: Maurer, Hothorn and
    Lehmacher 1995; for thresholds Angelopoulos and others 2021, arXiv:2110.01052).
    """
    sensitivity = options.rule is ThresholdRule.MIN_SENSITIVITY
    members = checked_labels(label) == sensitivity
    scores = np.asarray(score, dtype=np.float64)[members]
    patients = np.arange(members.size) if patient is None else np.asarray(patient)
    codes = pd.factorize(patients[members])[0]
    total = np.bincount(codes).astype(np.float64)
    confidence = cast(float, options.confidence)

    def kept(threshold: float) -> bool:
        right = (scores >= threshold) == sensitivity
        counted = np.bincount(codes[right], minlength=total.size).astype(np.float64)
        # One tail of this interval is 1 - confidence.
        low = proportion(counted, total, 2 * confidence - 1, "").estimate.low
        return low is not None and low >= _value(options)

    order = thresholds if sensitivity else thresholds[::-1]
    first_failing = bisect_left(order, True, key=lambda threshold: not kept(threshold))
    if not first_failing:
        raise InputError(
            f"a validation on which {options.name} can be kept",
            f"{total.size} patients of the class: were all of them right, the lower limit would "
            f"still be {(1 - confidence) ** (1 / total.size):.3f}",
            "Use a larger validation, a lower value or a lower confidence.",
        )
    among = np.arange(thresholds.size) < first_failing
    return among if sensitivity else among[::-1]


def _saving(table: pd.DataFrame, options: ThresholdOptions) -> list[FloatArray]:
    # ThresholdOptions refuses the rule without the costs and the prevalence.
    fn, fp, share = (cast(float, x) for x in (options.fn, options.fp, options.prevalence))
    missed = fn * share * (1 - table["sensitivity"].to_numpy())
    alarmed = fp * (1 - share) * (1 - table["specificity"].to_numpy())
    # As a share of the dearest outcome, so that the size of the unit does not matter.
    return [-(missed + alarmed) / max(fn, fp)]


# Each rule gives what it maximises, the most important first.
_CRITERIA: dict[ThresholdRule, Callable[[pd.DataFrame, ThresholdOptions], list[FloatArray]]] = {
    ThresholdRule.YOUDEN: lambda table, _: [
        (table["sensitivity"] + table["specificity"]).to_numpy()
    ],
    ThresholdRule.MAX_F1: lambda table, _: [table["f1"].to_numpy()],
    ThresholdRule.MAX_ACCURACY: lambda table, _: [table["accuracy"].to_numpy()],
    ThresholdRule.MIN_SENSITIVITY: _min_sensitivity,
    ThresholdRule.MIN_SPECIFICITY: _min_specificity,
    ThresholdRule.COST: _saving,
}
_AIMS = {
    ThresholdRule.YOUDEN: "largest sensitivity + specificity",
    ThresholdRule.MAX_F1: "largest F1",
    ThresholdRule.MAX_ACCURACY: "largest accuracy",
    ThresholdRule.MIN_SENSITIVITY: "highest specificity with a sensitivity of {value:g} or more",
    ThresholdRule.MIN_SPECIFICITY: "highest sensitivity with a specificity of {value:g} or more",
    ThresholdRule.COST: (
        "lowest cost when a miss costs {fn:g}, a false alarm {fp:g} and a share of "
        "{prevalence:g} has pneumonia"
    ),
}


def _reason(options: ThresholdOptions, row: pd.Series, low: float, high: float) -> str:
    aim = _AIMS[options.rule].format(**options.model_dump())
    if options.confidence is not None:
        aim += f" at the lower limit, with a confidence of {options.confidence:.0%}"
    sensitivity, specificity = decimal(row["sensitivity"]), decimal(row["specificity"])
    return (
        f"{aim}: sensitivity {sensitivity}, specificity {specificity}; "
        f"reached from {low:.4f} to {high:.4f}"
    )
