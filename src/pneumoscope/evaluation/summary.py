"""The few numbers of a model that `dvc metrics show` compares."""

from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Metric, Split

SHOWN = (
    Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY, Metric.F1,
    Metric.AVERAGE_PRECISION, Metric.BRIER, Metric.ECE,
)  # fmt: skip


def summarise(measured: ModelMetrics) -> dict[str, float]:
    """Flatten what was measured on test to a dozen numbers; those without a value are left out."""
    test = measured.splits[Split.TEST]
    auroc = test.metrics[Metric.AUROC]
    numbers = {
        "n": test.n,
        "threshold": measured.operating_point.threshold,
        **{metric.value: test.metrics[metric].value for metric in SHOWN},
        "auroc_low": auroc.low,
        "auroc_high": auroc.high,
    }
    return {name: value for name, value in numbers.items() if value is not None}
