"""The grey-zone rule: two limits, and deferral to a human between them."""

from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit

from pneumoscope.arrays import BoolArray
from pneumoscope.decimals import decimal
from pneumoscope.evaluation.calibration.recalibration import logits_of
from pneumoscope.evaluation.records import OperatingPoint
from pneumoscope.evaluation.score_arrays import checked_scores
from pneumoscope.evaluation.thresholds.rules import FIXED, ROUNDING, sweep
from pneumoscope.naming import ThresholdRule
from pneumoscope.options import ThresholdOptions


def choose_zone(label: ArrayLike, score: ArrayLike, options: ThresholdOptions) -> OperatingPoint:
    """Set a grey zone: scores below it are NORMAL, from its end on PNEUMONIA, else for a human.

    Given bounds are taken as they are. Given a share, the zone holds neighbouring scores of at
    most that share of validation, as many as fit, and lies where the rest is decided best: the
    largest sensitivity + specificity when a deferred radiograph counts as right. Where several
    zones do equally well, those next to each other form a plateau, and the middle of the
    longest is taken. The limits are midpoints between neighbouring scores, as thresholds are.

    The threshold, for whoever needs a prediction all the same, is the middle of the zone by
    logit.

    Args:
        label: Shape (n,), 1 for PNEUMONIA; of the validation split.
        score: Shape (n,), in [0, 1].
        options: The rule `grey_zone` with its bounds, or with a share.

    Raises:
        ValueError: If labels or scores are impossible, or a class is absent for a share.
    """
    if not options.reads_validation:
        return _point(cast(float, options.low), cast(float, options.high), FIXED)
    table = sweep(label, score)
    thresholds = table["threshold"].to_numpy()
    scores = np.sort(checked_scores(score, np.size(score)))
    below = np.searchsorted(scores, thresholds)
    # ThresholdOptions refuses a zone with neither bounds nor share.
    most = int(cast(float, options.share) * scores.size + ROUNDING)
    ends = np.searchsorted(below, below + most, side="right") - 1
    decided = table["sensitivity"].to_numpy() + table["specificity"].to_numpy()[ends]
    start = _middle_of_longest_run(decided >= decided.max() - ROUNDING)
    end = int(ends[start])
    deferred = (below[end] - below[start]) / scores.size
    reason = _reason(options, table.iloc[start], table.iloc[end], deferred)
    return _point(float(thresholds[start]), float(thresholds[end]), reason)


def _point(low: float, high: float, reason: str) -> OperatingPoint:
    # expit(logit(x)) may miss x by a rounding, which matters where the zone is empty.
    middle = float(np.clip(expit(logits_of(np.array([low, high])).mean()), low, high))
    return OperatingPoint(ThresholdRule.GREY_ZONE, middle, reason, low, high)


def _middle_of_longest_run(chosen: BoolArray) -> int:
    steps = np.diff(np.concatenate([[0], chosen.astype(int), [0]]))
    first, last = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    longest = int((last - first).argmax())
    return int(first[longest] + last[longest]) // 2


def _reason(options: ThresholdOptions, low: pd.Series, high: pd.Series, deferred: float) -> str:
    return (
        f"a zone of at most {options.share:.0%} of validation that leaves the rest decided best: "
        f"{decimal(1 - low['sensitivity'], '.1%')} of PNEUMONIA lies below it, "
        f"{decimal(1 - high['specificity'], '.1%')} of NORMAL above, "
        f"{decimal(deferred, '.1%')} of all within"
    )
