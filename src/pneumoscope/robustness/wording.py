"""Numbers put into the sentences of a verdict."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.naming import Metric


def metric_word(metric: str) -> str:
    """Return a metric as running text has it."""
    return "AUROC" if metric == Metric.AUROC else str(metric).replace("_", " ")


def with_interval(auroc: Mapping[str, Any]) -> str:
    """Return "AUROC 0.71 (0.62 to 0.80)"; without an interval the value alone."""
    bounds = "" if auroc["low"] is None else f" ({auroc['low']:.2f} to {auroc['high']:.2f})"
    return f"AUROC {auroc['value']:.2f}{bounds}"


def fell(found: Mapping[str, Mapping[str, Any]], metric: str) -> str:
    """Return "specificity falls by 0.30 (0.21 to 0.40) to 0.54"."""
    fall = found[metric]["fall"]
    return (
        f"{metric_word(metric)} falls by {fall['value']:.2f} "
        f"({fall['low']:.2f} to {fall['high']:.2f}) to {found[metric]['value']:.2f}"
    )


def cannot_be_said(auroc: Mapping[str, Any]) -> str:
    """Say that a verdict needs an interval, and why there is none."""
    found = "" if auroc["value"] is None else f" {with_interval(auroc)} was found."
    return f"Nothing can be said: {auroc['reason']}.{found}"
