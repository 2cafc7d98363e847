"""Pairs of made-up models compared."""

from pneumoscope.evaluation.pair import Pair
from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.naming import Metric


def pair(first: str, second: str, difference: float | None, low=None, high=None, **more) -> Pair:
    """Give a pair that is shown to differ where its interval excludes 0, else cannot be told."""
    excludes = low is not None and (low > 0 or high < 0)
    given = {
        "metric": Metric.AUROC,
        "a": None if difference is None else 0.9,
        "b": None if difference is None else 0.9 - difference,
        "p": 0.0004 if excludes else 0.2,
        "p_holm": 0.0008 if excludes else 0.4,
        "p_independent": 0.0001 if excludes else 0.1,
        "verdict": Verdict.SHOWN if excludes else Verdict.OPEN,
    }
    return Pair(first, second, difference=difference, low=low, high=high, **{**given, **more})
