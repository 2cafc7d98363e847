"""Numbers put into the sentences of a verdict."""

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.robustness.records import Altered


def with_interval(auroc: Estimate) -> str:
    """Return "AUROC 0.71 (0.62 to 0.80)"; without an interval the value alone."""
    bounds = "" if auroc.bounds is None else f" ({auroc.low:.2f} to {auroc.high:.2f})"
    return f"AUROC {auroc.value:.2f}{bounds}"


def dropped(altered: Altered, metric: Metric) -> str:
    """Return "specificity drops by 0.30 (0.21 to 0.40) to 0.54"."""
    drop = altered.drops[metric]
    return (
        f"{metric.label} drops by {drop.value:.2f} ({drop.low:.2f} to {drop.high:.2f}) to "
        f"{altered.metrics[metric].value:.2f}"
    )


def cannot_be_told(estimate: Estimate, auroc: Estimate | None = None) -> str:
    """Say that a verdict needs an interval, and why there is none.

    Args:
        estimate: What lacks one.
        auroc: What was found all the same.
    """
    found = "" if auroc is None or auroc.value is None else f" {with_interval(auroc)} was found."
    return f"Nothing can be told: {estimate.reason}.{found}"
