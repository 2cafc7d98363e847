"""The table of architectures: one row for each and each split, metrics with their intervals."""

from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Column, Metric


def comparison_rows(architecture: str, measured: ModelMetrics) -> list[dict]:
    """Flatten the metrics of one architecture.

    Args:
        architecture: Its name in the table.
        measured: Its metrics.

    Returns:
        One dict for each split: architecture, split, n, threshold, every metric, then every
        metric's `_low` and `_high`, and last the protocol with its flaw, if it has one.
    """
    return [
        {
            Column.ARCHITECTURE.value: architecture,
            Column.SPLIT.value: split,
            "n": part.n,
            "threshold": measured.operating_point.threshold,
            **{metric.value: part.metrics[metric].value for metric in Metric},
            **{
                f"{metric}_{end}": getattr(part.metrics[metric], end)
                for metric in Metric
                for end in ("low", "high")
            },
            "protocol": "; ".join([measured.protocol, *measured.flaws]),
        }
        for split, part in measured.splits.items()
    ]
