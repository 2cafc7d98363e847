"""Whether the locked threshold carries over from validation to test."""

from collections.abc import Mapping

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import SplitMetrics
from pneumoscope.evaluation.verdict import MARGIN, Verdict, difference, judge, widened
from pneumoscope.naming import Metric, Split
from pneumoscope.report.wording import joined, moved

_WATCHED = (Metric.SENSITIVITY, Metric.SPECIFICITY)


def carried_over(splits: Mapping[str, SplitMetrics]) -> tuple[Verdict, dict[Metric, Estimate]]:
    """Judge whether sensitivity or specificity differs between test and validation.

    Args:
        splits: Each split at the locked threshold.

    Returns:
        That a difference is shown, that none exceeds `MARGIN`, or that it cannot be told; and
        test minus validation by metric, with intervals that are read together.
    """
    if not {Split.TEST, Split.VALIDATION} <= set(splits):
        return Verdict.OPEN, {}
    test, validation = (splits[split].metrics for split in (Split.TEST, Split.VALIDATION))
    found = {
        metric: widened(difference(test[metric], validation[metric]), len(_WATCHED))
        for metric in _WATCHED
    }
    verdicts = {judge(one, MARGIN) for one in found.values()}
    if Verdict.SHOWN in verdicts:
        return Verdict.SHOWN, found
    return (Verdict.SMALL if verdicts == {Verdict.SMALL} else Verdict.OPEN), found


def carried_over_in_words(splits: Mapping[str, SplitMetrics]) -> str:
    """Say whether the locked threshold carries over to test, and by how much it does not."""
    verdict, found = carried_over(splits)
    known = {metric: one for metric, one in found.items() if one.value is not None}
    if not known:
        return "Whether it carries over to test cannot be told: validation or test lacks a class."
    if verdict is Verdict.SHOWN:
        shown = [
            f"{m} is {moved(one)}" for m, one in known.items() if judge(one, MARGIN) is verdict
        ]
        return (
            f"It does not carry over: on test {joined(shown)} than on validation. Scores mean "
            "something else there; choose a threshold on local radiographs first."
        )
    differences = (
        f"test minus validation: {joined([f'{metric} {one}' for metric, one in known.items()])}"
    )
    if verdict is Verdict.SMALL:
        return f"It carries over within {MARGIN:g} ({differences})."
    return f"Whether it carries over to test cannot be told ({differences})."
