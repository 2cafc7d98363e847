"""Numbers put into the sentences of a verdict."""

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.robustness.records import Altered


def with_interval(auroc: Estimate) -> str:
    """Return "AUROC 0.71 (0.62 to 0.80)"; without an interval the value alone."""
    bounds = "" if auroc.bounds is None else f" ({_bounds(auroc)})"
    return f"AUROC {short(auroc.value)}{bounds}"


def dropped(altered: Altered, metric: Metric) -> str:
    """Return "specificity drops by 0.30 (0.21 to 0.40) to 0.54"."""
    drop = altered.drops[metric]
    return (
        f"{metric.label} drops by {short(drop.value)} ({_bounds(drop)}) to "
        f"{short(altered.metrics[metric].value)}"
    )


def cannot_be_told(estimate: Estimate, auroc: Estimate | None = None) -> str:
    """Say that a verdict needs an interval, and why there is none.

    Args:
        estimate: What lacks one.
        auroc: What was found all the same.
    """
    found = "" if auroc is None or auroc.value is None else f" {with_interval(auroc)} was found."
    return f"Nothing can be told: {estimate.reason}.{found}"


def _bounds(estimate: Estimate) -> str:
    return " to ".join(map(short, estimate.bounds or ()))


def short(value: float | None) -> str:
    """Return a number with two digits, or with more where it takes them; "n/a" without one."""
    return "n/a" if value is None else decimal(value, ".2f")
